"""The first domain of the machines that run guests beside it: Debian's Linux and Xen's own tools, fetched but never
installed, in an initramfs with an init of ours (dom0/init). Made once, kept in build/cache/xen.

SPDX-License-Identifier: BSD-2-Clause
"""
import hashlib
import lzma
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import debian
import xenfiles
from tools import SCREEN, Trouble

SCRIPTS = Path(__file__).parent / "dom0"

PACKAGES = """busybox-static libc6 libgcc-s1 libtinfo6 libncurses6 libuuid1 liblzma5 libzstd1 zlib1g xen-utils-4.17
xen-utils-common xenstore-utils libxencall1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenmisc4.17 libxenstore4
libxentoollog1 libxenhypfs1 libyajl2 libxentoolcore1 libxendevicemodel1""".split()
KERNEL = "linux-image-amd64"  # brings the kernel of the release

# Loaded in this order: Xen's devices; then what shares a directory and a console with us.
MODULES = """xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs
virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_console
netfs fscache 9pnet 9p 9pnet_virtio""".split()

# From the tools' own directory: what stands in usr/sbin asks the running hypervisor which of these to start.
TOOLS = "xl xenstored xenconsoled xen-init-dom0 xenconsole xentrace xenctx xenperf lsevtchn".split()
PROGRAMS = "xenstore-read xenstore-write xenstore-ls xenstore-exists".split()
OPENED_LATE = ["libgcc_s.so.1"]  # by pthread_cancel(): xl aborts without it
LOADER = "ld-linux-x86-64.so.2"

FOLDERS = """usr/bin usr/lib usr/lib64 dev proc sys run tmp etc/xen host mod var/lib/xen var/lib/xenstored
var/log/xen/console""".split()
LINKS = {"bin": "usr/bin", "sbin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64", "usr/sbin": "bin",
         "var/run": "/run", "var/lock": "/run/lock", "etc/mtab": "/proc/mounts"}
FILES = {"etc/passwd": "root:x:0:0:root:/:/bin/sh\n", "etc/group": "root:x:0:\n", "etc/xen/xl.conf": 'autoballoon="off"\n'}


def files():
    """The directory with `vmlinux` and `initrd` of the first domain."""
    fetched = _fetched()
    inputs = [fetched.name, *MODULES, *TOOLS, *PROGRAMS, *(p.read_text() for p in sorted(SCRIPTS.iterdir()))]
    inputs += [*FOLDERS, *LINKS, *FILES.values(), Path(__file__).read_text()]
    key = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:16]
    return xenfiles.made("dom0", key, lambda new: _build(fetched, new))


def tool(name):
    """The command that starts NAME, one of Xen's tools, on this machine."""
    root = _fetched()
    libraries = ":".join(str(folder) for folder in _library_folders(root))
    return [str(_find(root, LOADER)), "--library-path", libraries, str(next(root.glob(f"usr/**/{name}")))]


def _fetched():
    key = hashlib.sha256(" ".join([KERNEL, *PACKAGES, *MODULES]).encode()).hexdigest()[:16]
    return xenfiles.made("linux", key, _fetch)


def _fetch(new):
    SCREEN.live("  fetching Linux and Xen's tools for the first domain")
    with xenfiles.scratch("linux") as scratch:
        try:
            said = debian.fetch(scratch, "deb", "install", "--print-uris", "--no-install-recommends", KERNEL)
            kernel = re.search(r"linux-image-\d[\w.+-]*?(?=_)", said)
            if not kernel:
                raise Trouble(f"{KERNEL} brings no kernel: {said}")
            debian.fetch(scratch, "deb", "download", kernel[0], *PACKAGES)
        except Trouble as why:
            raise Trouble(f"no Linux for the first domain: {why}") from None
        for package in sorted(scratch.glob("*.deb")):
            SCREEN.live(f"  unpacking {package.name}")
            if package.name.startswith("linux-image"):
                _unpack_kernel(package, new)
            else:
                debian.run(["dpkg-deb", "-x", str(package), str(new)], scratch)
        for waste in ("usr/share", "usr/lib/debug"):
            shutil.rmtree(new / waste, ignore_errors=True)


def _unpack_kernel(package, new):
    """The kernel and the modules that are wanted; there are thousands."""
    wanted = re.compile(r"\./boot/vmlinuz-|.*/(%s)\.ko(\.xz)?$" % "|".join(MODULES))
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            for member in tar:
                if member.isfile() and wanted.match(member.name):
                    data, name = tar.extractfile(member).read(), Path(member.name).name
                    (new / name.removesuffix(".xz")).write_bytes(lzma.decompress(data) if name.endswith(".xz") else data)
    lacking = [name for name in MODULES if not (new / f"{name}.ko").is_file()]
    if process.returncode != 0 or lacking:
        raise Trouble(f"{package.name} lacks modules: {' '.join(lacking)}")


def _build(root, new):
    SCREEN.live("  making the first domain's initramfs")
    image = next(root.glob("vmlinuz-*"))
    (new / "vmlinux").write_bytes(_plain_kernel(image.read_bytes()))
    tree = new / "tree"
    _fill(root, tree)
    (new / "initrd").write_bytes(_cpio(tree))
    (new / "version").write_text(image.name.removeprefix("vmlinuz-") + "\n")
    shutil.rmtree(tree)


def _plain_kernel(image):
    """The ELF inside: the boot protocol's header tells where, its magic how it is packed. Unpacking it here is quick."""
    def number(at, size):
        return int.from_bytes(image[at:at + size], "little")
    start = ((number(0x1f1, 1) or 4) + 1) * 512 + number(0x248, 4)
    packed = image[start:start + number(0x24c, 4)]
    if not packed.startswith(b"\xfd7zXZ"):
        raise Trouble("the kernel of the first domain is packed in a way that is not known here")
    return lzma.LZMADecompressor().decompress(packed)


def _fill(root, tree):
    for folder in FOLDERS:
        (tree / folder).mkdir(parents=True, exist_ok=True)
    for name, to in LINKS.items():
        (tree / name).symlink_to(to)
    for name, text in FILES.items():
        (tree / name).write_text(text)
    for script in SCRIPTS.iterdir():
        shutil.copy(script, tree / script.name)
        (tree / script.name).chmod(0o755)
    for name in MODULES:
        shutil.copy(root / f"{name}.ko", tree / "mod")
    (tree / "mod/order").write_text("\n".join(MODULES) + "\n")
    tools = next(root.glob("usr/lib/xen-4.*/bin"))
    programs = [tools / name for name in TOOLS] + [root / "usr/bin" / name for name in PROGRAMS]
    for program in programs:
        shutil.copy(program, tree / "usr/bin")
    private = tree / tools.relative_to(root)  # where xl looks for its helpers
    private.mkdir(parents=True)
    for name in TOOLS:
        (private / name).symlink_to(f"/usr/bin/{name}")
    shim = tools.parent / "boot/xen-shim"
    (tree / shim.relative_to(root).parent).mkdir(parents=True, exist_ok=True)
    shutil.copy(shim, tree / shim.relative_to(root))
    _libraries(root, tree, programs)
    _busybox(root, tree)


def _libraries(root, tree, programs):
    """What the programs are linked with, and those in turn."""
    shutil.copy(_find(root, LOADER), tree / "usr/lib64" / LOADER)
    left = [name for program in programs for name in _needed(program)] + OPENED_LATE
    while left:
        name = left.pop()
        if name != LOADER and not (tree / "usr/lib" / name).exists():
            shutil.copy(_find(root, name), tree / "usr/lib" / name)
            left += _needed(tree / "usr/lib" / name)


def _needed(path):
    said = subprocess.run(["readelf", "-dW", str(path)], stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", said)


def _library_folders(root):
    return [folder for pattern in ("lib/*-linux-gnu", "usr/lib/*-linux-gnu", "usr/lib/xen-4.*/lib/*-linux-gnu", "lib64",
                                   "usr/lib64", "usr/lib/xen-4.*/lib") for folder in root.glob(pattern)]


def _find(root, name):
    for folder in _library_folders(root):
        if (folder / name).exists():
            return folder / name
    raise Trouble(f"no package of the first domain has {name}: PACKAGES in xendom0.py lacks one")


def _busybox(root, tree):
    program = next(p for p in (root / "bin/busybox", root / "usr/bin/busybox") if p.exists())
    shutil.copy(program, tree / "usr/bin/busybox")
    for name in subprocess.check_output([str(program), "--list"], text=True).split():
        if not (tree / "usr/bin" / name).exists():
            (tree / "usr/bin" / name).symlink_to("busybox")


def _cpio(tree):
    """An archive of TREE as the kernel reads it (newc), all root's and with no times."""
    out = []
    for number, path in enumerate([tree, *sorted(tree.rglob("*"))], 1):
        if path.is_symlink():
            mode, data = 0o120777, os.readlink(path).encode()
        elif path.is_dir():
            mode, data = 0o040755, b""
        else:
            mode, data = 0o100000 | (path.stat().st_mode & 0o777), path.read_bytes()
        out.append(_member(str(path.relative_to(tree)), number, mode, data))
    return b"".join([*out, _member("TRAILER!!!", 0, 0, b"")])


def _member(name, number, mode, data):
    fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)
