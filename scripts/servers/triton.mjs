// NVIDIA Triton Inference Server for tests: the binary, the Python backend and its stub come from the PyPI wheel
// nvidia-pytriton; numpy and onnxruntime for the backend's models go into a private folder beside them.
import { chmod, cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists, placeOnce } from "../cache.mjs";
import { run, tail } from "../child.mjs";

export const name = "triton";
export const version = "0.7.0";

/** What the Python backend's models import. Its stub was built for numpy 1: with numpy 2 every output has zero bytes. */
const PACKAGES = ["numpy==1.26.4", "onnxruntime==1.23.2"];
/** The wheel has a stub and numpy 1 a wheel for each of these; 3.11 is Debian 12's own. */
const PYTHONS = ["python3.11", "python3.12", "python3.10", "python3"];
/** 55 MB over a slow line. */
const PIP_TIMEOUT_MS = 15 * 60_000;

/**
 * Fetches the server into `<cache>/triton/<version>/py<python version>/`, where `parts.json` says what it is started with.
 * @param {{ cacheDir: string, log: (line: string) => void, signal?: AbortSignal }} options
 * @returns {Promise<{ path: string }>}
 */
export async function ensure({ cacheDir, log, signal }) {
  const python = await findPython(signal);
  const target = join(cacheDir, name, version, `py${python.version}`);
  await placeOnce({ target, log, signal, fill: (folder) => fill(folder, python, { log, signal }) });
  return { path: target };
}

async function fill(folder, python, { log, signal }) {
  const began = Date.now();
  log(`triton ${version}: fetching the PyPI wheel nvidia-pytriton, 53 MiB`);
  await unpackWheel(folder, python, signal);
  log(`triton ${version}: installing ${PACKAGES.join(" and ")} for its Python backend`);
  await pip(python, ["install", "--no-compile", "--target", join(folder, "packages"), ...PACKAGES], signal);
  await writeFile(join(folder, "parts.json"), JSON.stringify({ libraryFolder: python.libraryFolder, python: python.version }));
  log(`triton ${version}: ready in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

async function unpackWheel(folder, python, signal) {
  const download = join(folder, "download");
  await mkdir(download);
  await pip(python, ["download", "--no-deps", "--dest", download, `nvidia-pytriton==${version}`], signal);
  const wheel = (await readdir(download)).find((file) => file.endsWith(".whl"));
  const unpacked = await run(python.command, ["-m", "zipfile", "-e", join(download, wheel ?? ""), join(folder, "wheel")], { signal });
  if (unpacked.code !== 0) throw new Error(instructions(tail(unpacked)));
  await rm(download, { recursive: true });
  const server = join(folder, "wheel", "pytriton", "tritonserver");
  const stub = join(folder, "backends", "python", "triton_python_backend_stub");
  // The server looks for the stub of the running Python beside the backend's library.
  await cp(join(server, "backends", "python"), join(folder, "backends", "python"), { recursive: true });
  await cp(join(server, "python_backend_stubs", python.version, "triton_python_backend_stub"), stub);
  // Python's zipfile drops the execute bits.
  for (const binary of [join(server, "bin", "tritonserver"), stub]) await chmod(binary, 0o755);
}

async function pip(python, [command, ...args], signal) {
  const flags = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary=:all:"];
  const result = await run(python.command, ["-m", "pip", command, ...flags, ...args], { timeoutMs: PIP_TIMEOUT_MS, signal });
  if (result.code !== 0) throw new Error(instructions(tail(result)));
}

/** The first Python on PATH that comes with the shared library that Triton's stub links against, and with pip. */
async function findPython(signal) {
  const script =
    "import sys,sysconfig as s,pip;print(s.get_config_var('LIBDIR'),s.get_config_var('INSTSONAME'),'%d.%d'%sys.version_info[:2],sep='\\n')";
  for (const command of PYTHONS) {
    const { code, stdout } = await run(command, ["-c", script], { timeoutMs: 30_000, signal });
    const [libraryFolder, library, found] = stdout.trim().split("\n");
    if (code === 0 && found !== undefined && (await exists(join(libraryFolder, library))))
      return { command, libraryFolder, version: found };
  }
  throw new Error(instructions("no Python with pip and a shared library is on PATH"));
}

function instructions(failure) {
  return [
    `Cannot fetch Triton (nvidia-pytriton ${version}): ${failure.replaceAll("\n", "\n    ")}`,
    "Any of these makes it ready:",
    "  apt-get install python3-pip libpython3.11   (Debian 12), then again",
    "  start a Triton yourself and set PAYERHUB_TEST_TRITON_URL to its host:port",
  ].join("\n");
}
