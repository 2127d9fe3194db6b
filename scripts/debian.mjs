// Debian packages as plain files: downloaded and unpacked into a folder, without root and without installing any.
import { access, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must, run } from "./child.mjs";

const DOWNLOAD_TIMEOUT_MS = 20 * 60_000;
const COMMAND_TIMEOUT_MS = 5 * 60_000;
/** Packages that are unpacked at the same time: unpacking is bound by one core each. */
const UNPACK_PARALLEL = 2;

/**
 * Downloads packages and all they depend on, libc included, from the mirror that this machine's apt uses.
 * @param {string} apt working folder, made here; the caller removes it
 * @param {{ suite: string, packages: readonly string[], signal: AbortSignal }} options suite: a Debian release by code name
 * @returns {Promise<string>} the folder with the .deb files
 */
export async function downloadDebian(apt, { suite, packages, signal }) {
  const config = await writeAptConfig(apt, suite, signal);
  const env = { APT_CONFIG: config, DEBIAN_FRONTEND: "noninteractive" };
  await must("apt-get", ["update", "-qq"], { signal, timeoutMs: DOWNLOAD_TIMEOUT_MS, env });
  await must("apt-get", ["install", "-y", "-qq", "--download-only", ...packages], { signal, timeoutMs: DOWNLOAD_TIMEOUT_MS, env });
  return join(apt, "cache", "archives");
}

/**
 * Unpacks every .deb of a folder into a file tree whose /bin and /lib are links into /usr, as on Debian itself.
 * @param {string} archives
 * @param {string} root
 * @param {AbortSignal} signal
 */
export async function unpackDebian(archives, root, signal) {
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    await mkdir(join(root, "usr", name), { recursive: true });
    await symlink(join("usr", name), join(root, name));
  }
  const packages = (await readdir(archives)).filter((file) => file.endsWith(".deb"));
  const worker = async () => {
    for (let file = packages.pop(); file !== undefined; file = packages.pop()) {
      await must("dpkg-deb", ["--extract", join(archives, file), root], { signal, timeoutMs: COMMAND_TIMEOUT_MS });
    }
  };
  await Promise.all(Array.from({ length: UNPACK_PARALLEL }, worker));
}

/** An apt with its own state, so that nothing on this machine changes and the suite need not be among its sources. */
async function writeAptConfig(apt, suite, signal) {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "dpkg"]) await mkdir(join(apt, folder), { recursive: true });
  const { uri, signedBy } = await debianMirror(signal);
  await writeFile(join(apt, "dpkg", "status"), "");
  await writeFile(join(apt, "sources.list"), `deb ${signedBy}${uri} ${suite} main\n`);
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
