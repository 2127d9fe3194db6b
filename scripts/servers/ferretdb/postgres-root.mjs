// Makes a folder that holds PostgreSQL 18 with DocumentDB and its own libc, unpacked from Debian packages without installing any.
import { chmod, chown, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must, run } from "../../child.mjs";
import { downloadDebian, unpackDebian } from "../../debian.mjs";

/** The Debian suite that has DocumentDB for PostgreSQL 18. */
const SUITE = "forky";
const PACKAGES = ["postgresql-18-documentdb", "dash"];
/** Where Debian puts PostgreSQL's programs. */
const PROGRAMS = "/usr/lib/postgresql/18/bin";
/** The unprivileged user inside the folder; PostgreSQL refuses to run as root. */
const POSTGRES_ID = 70;
const COMMAND_TIMEOUT_MS = 5 * 60_000;
/** Not needed to run a server; a third of the unpacked size. */
const PRUNED = ["doc", "man", "locale", "info", "fonts", "i18n", "perl", "gdal", "lintian", "bash-completion"];
/** Durability off: a test database lives for minutes and holds generated data. */
const SETTINGS = `
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_naptime = 10min
log_min_messages = warning
`;

/**
 * @param {string} root folder to make
 * @param {{ say: (line: string) => void, signal: AbortSignal }} options
 */
export async function makePostgresRoot(root, { say, signal }) {
  const apt = `${root}-apt`;
  say("downloading PostgreSQL 18 with DocumentDB (about 140 MB)");
  const archives = await downloadDebian(apt, { suite: SUITE, packages: PACKAGES, signal });
  say("unpacking");
  await unpack(archives, root, signal);
  await rm(apt, { recursive: true, force: true });
  say("initialising the template database");
  await initialise(root, signal);
}

async function unpack(archives, root, signal) {
  for (const folder of ["dev", "tmp", "data", "etc"]) await mkdir(join(root, folder), { recursive: true });
  await unpackDebian(archives, root, signal);
  for (const name of PRUNED) await rm(join(root, "usr/share", name), { recursive: true, force: true });
  // What the package's postinst would do through alternatives.
  await symlink("postgis-3.control", join(root, "usr/share/postgresql/18/extension/postgis.control"));
  await writeFile(join(root, "etc/passwd"), `postgres:x:${POSTGRES_ID}:${POSTGRES_ID}::/tmp:/bin/sh\n`);
  await writeFile(join(root, "etc/group"), `postgres:x:${POSTGRES_ID}:\n`);
  // DocumentDB connects to its own server by this name.
  await writeFile(join(root, "etc/hosts"), "127.0.0.1 localhost\n");
  await makeNull(join(root, "dev/null"), signal);
  for (const folder of ["tmp", "data"]) await chmod(join(root, folder), 0o1777);
}

/** Without the right to make devices a plain file does: initdb only discards output into it. */
async function makeNull(path, signal) {
  const made = await run("mknod", ["-m", "666", path, "c", "1", "3"], { timeoutMs: COMMAND_TIMEOUT_MS, signal });
  if (made.code === 0) return;
  await writeFile(path, "");
  await chmod(path, 0o666);
}

async function initialise(root, signal) {
  const template = join(root, "template");
  await mkdir(template, { mode: 0o700 });
  if (process.getuid() === 0) await chown(template, POSTGRES_ID, POSTGRES_ID);
  const init = ["-D", "/template", "-U", "postgres", "-A", "trust", "--no-locale", "-E", "UTF8", "--no-sync", "--wal-segsize=1"];
  await inside(root, [`${PROGRAMS}/initdb`, ...init], signal);
  await writeFile(join(template, "postgresql.conf"), SETTINGS, { flag: "a" });
  await inside(
    root,
    ["/bin/sh", "-c", `echo 'CREATE EXTENSION documentdb CASCADE' | ${PROGRAMS}/postgres --single -j -D /template postgres`],
    signal,
  );
}

/** Root changes root and user; anyone else gets both from a user namespace. */
async function inside(root, command, signal) {
  const [program, args] =
    process.getuid() === 0
      ? ["chroot", [`--userspec=${POSTGRES_ID}:${POSTGRES_ID}`, root, ...command]]
      : ["unshare", ["--user", `--map-user=${POSTGRES_ID}`, `--map-group=${POSTGRES_ID}`, `--root=${root}`, ...command]];
  await must(program, args, { signal, timeoutMs: COMMAND_TIMEOUT_MS, env: { PATH: "/usr/bin:/usr/sbin:/bin:/sbin", LC_ALL: "C" } });
}
