// Makes a folder that holds PostgreSQL 18 with DocumentDB and its own libc, unpacked from Debian packages without installing any.
import { access, chmod, chown, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, tail } from "../../child.mjs";

/** The Debian suite that has DocumentDB for PostgreSQL 18. */
const SUITE = "forky";
const PACKAGES = ["postgresql-18-documentdb", "dash"];
/** Where Debian puts PostgreSQL's programs. */
const PROGRAMS = "/usr/lib/postgresql/18/bin";
/** The unprivileged user inside the folder; PostgreSQL refuses to run as root. */
const POSTGRES_ID = 70;
const DOWNLOAD_TIMEOUT_MS = 20 * 60_000;
const COMMAND_TIMEOUT_MS = 5 * 60_000;
/** Packages that are unpacked at the same time: unpacking is bound by one core each. */
const UNPACK_PARALLEL = 2;
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
  const config = await writeAptConfig(apt, signal);
  say(`reading Debian's ${SUITE} package list`);
  await aptGet(config, ["update", "-qq"], signal);
  say("downloading PostgreSQL 18 with DocumentDB (about 140 MB)");
  await aptGet(config, ["install", "-y", "-qq", "--download-only", ...PACKAGES], signal);
  say("unpacking");
  await unpack(join(apt, "cache", "archives"), root, signal);
  await rm(apt, { recursive: true, force: true });
  say("initialising the template database");
  await initialise(root, signal);
}

/** An apt with its own state, so that nothing on this machine changes and the suite need not be among its sources. */
async function writeAptConfig(apt, signal) {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "dpkg"]) await mkdir(join(apt, folder), { recursive: true });
  const { uri, signedBy } = await debianMirror(signal);
  await writeFile(join(apt, "dpkg", "status"), "");
  await writeFile(join(apt, "sources.list"), `deb ${signedBy}${uri} ${SUITE} main\n`);
  const lines = {
    "Dir::State": join(apt, "state"),
    "Dir::State::status": join(apt, "dpkg", "status"),
    "Dir::Cache": join(apt, "cache"),
    "Dir::Etc::sourcelist": join(apt, "sources.list"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::preferencesparts": "/dev/null",
    "APT::Sandbox::User": "",
    "APT::Install-Recommends": "false",
    "Acquire::Languages": "none",
    // A mirror may serve a snapshot; the signature is still checked.
    "Acquire::Check-Valid-Until": "false",
    "Acquire::Retries": "3",
  };
  const path = join(apt, "apt.conf");
  await writeFile(
    path,
    Object.entries(lines)
      .map(([key, value]) => `${key} "${value}";\n`)
      .join(""),
  );
  return path;
}

/** The mirror that this machine's own apt uses for its Debian release. */
async function debianMirror(signal) {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || codename === undefined)
    throw new Error("Cannot find a Debian mirror: this is no Debian, it must be one");
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const listed = await run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"], {
    timeoutMs: COMMAND_TIMEOUT_MS,
    signal,
  });
  const line = listed.stdout.split("\n").find((entry) => entry.endsWith(` ${codename} main`));
  if (line === undefined) throw new Error(`Cannot find a Debian mirror: apt's sources have no "${codename} main", they must`);
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const signedBy = await access(keyring).then(
    () => `[signed-by=${keyring}] `,
    () => "",
  );
  return { uri: line.split(" ")[0], signedBy };
}

async function aptGet(config, args, signal) {
  await must("apt-get", args, { signal, timeoutMs: DOWNLOAD_TIMEOUT_MS, env: { APT_CONFIG: config, DEBIAN_FRONTEND: "noninteractive" } });
}

async function unpack(archives, root, signal) {
  for (const folder of ["usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "dev", "tmp", "data", "etc"]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (const name of ["bin", "sbin", "lib", "lib64"]) await symlink(join("usr", name), join(root, name));
  const packages = (await readdir(archives)).filter((file) => file.endsWith(".deb"));
  const worker = async () => {
    for (let file = packages.pop(); file !== undefined; file = packages.pop()) {
      await must("dpkg-deb", ["--extract", join(archives, file), root], { signal, timeoutMs: COMMAND_TIMEOUT_MS });
    }
  };
  await Promise.all(Array.from({ length: UNPACK_PARALLEL }, worker));
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

async function must(program, args, options) {
  const result = await run(program, args, options);
  if (result.code !== 0)
    throw new Error(`Cannot run "${program} ${args.join(" ")}": it ended with ${result.code}, it must with 0\n${tail(result)}`);
}
