"""The platforms that libpv is tested on: ONE flat list, and the variants that any of them may carry as a suffix.
Adding a platform is adding an entry here; what a loader kind does is in image.py.

SPDX-License-Identifier: BSD-2-Clause
"""
from dataclasses import dataclass, field

from tools import Trouble
import xenlab
from xenfiles import BUILD_PACKAGES

GRUB = ["qemu-system-x86", "grub-common", "grub-pc-bin", "grub-efi-amd64-bin", "xorriso", "mtools"]
X86 = ["qemu-system-x86"]
SPARC = ["qemu-system-sparc"]

# The fall-backs of the native backend: each takes one thing out of the machine.
FALLBACKS = "+q35 +nohpet +noacpi +noapic +noserial +novga"

# What only a newer QEMU emulates (newqemu.py).
NEWER = "+newqemu +x2apic"

# With a PCI device that interrupts on command, by its line or by message: the suites of lines want one.
PC = {"-machine": "pc", "-device": "edu"}

# All that QEMU can: SMEP, SMAP and so on. GRUB's platforms keep the default CPU, which has less.
MAX = {**PC, "-cpu": "max"}

# Xen under TCG: with SMAP a PV dom0 dies at once, without family 16 Xen picks an idle loop that TCG lacks.
# The first serial port is Xen's; the second is for a first domain.
XEN_PV = {"-machine": "pc", "-m": "1024", "-cpu": "max,-smap,-rdtscp,family=16,model=4", "-device": "edu",
          "--device": "isa-serial,iobase=0x2f8,irq=3,chardev=second", "-chardev": "null,id=second"}

# A PVH dom0 takes an IOMMU.
XEN_PVH = {"-machine": "q35", "-m": "1024", "-cpu": "max,-rdtscp,family=16,model=4",
           "-device": ["amd-iommu", "edu", "isa-serial,iobase=0x2f8,irq=3,chardev=second"], "-chardev": "null,id=second"}

# Text on Xen's console after which nothing more will come.
XEN_DEAD = r"\(XEN\) (Panic on CPU|Hardware Dom0 (halted|crashed|suspended))"


# What a reader knows the loader kinds of image.py by.
LOADERS = {
    "qemu_pvh": "PVH, by QEMU",
    "qemu_vmi": "PVH, by QEMU, with a VMI ROM",
    "grub_mb1_bios": "Multiboot 1, by GRUB on a BIOS",
    "grub_mb2_bios": "Multiboot 2, by GRUB on a BIOS",
    "grub_mb2_efi": "Multiboot 2, by GRUB on UEFI",
    "xen_dom0": "Xen PV, as the first domain",
    "xen_dom0_pvh": "Xen PVH, as the first domain",
    "xen_domu": "Xen PV, made by xl in a Linux domain",
    "xen_shim": "Xen PV in Xen's own PVH shim; as the first domain on our build",
    "sun4u": "OpenFirmware, by OpenBIOS",
    "sun4v": "sun4v, on firmware of our own",
    "niagara": "sun4v on QEMU's other machine, on firmware of our own",
}

# Loader kinds whose machines have a backend of their own, besides Xen's PV guests.
BACKENDS = {"xen_dom0_pvh": "xenpvh", "qemu_vmi": "vmi", "sun4v": "sun4v",
            "niagara": "sun4v"}


@dataclass
class Platform:
    name: str        # as on the command line; fixed once published
    isa: str         # which build directory the kernels come from
    loader: str      # how the kernel gets in: a function of image.py
    qemu: dict       # QEMU options, a list for one that comes several times; a variant may override each
    timeout: int     # seconds until a run is ended: the budget
    packages: list   # Debian packages that running takes
    variants: str = "+nopatch"  # what a bare name runs besides the plain platform
    dead: str = ""   # console text after which nothing more will come
    xen: str = ""    # words for Xen's own command line
    debug: bool = False         # always on our own debug build of Xen
    debug_timeout: int = 0      # the budget there; 0: twice the other

    @property
    def backend(self):
        """What must run there."""
        return BACKENDS.get(self.loader, "xen" if self.loader.startswith("xen_") else "native")

    @property
    def foreign(self):
        """A backend that cannot run here, whatever the image has: on Xen PV and sun4v bare metal's, elsewhere another's."""
        return ({"xen": "native", "vmi": "xen", "sun4v": "native"}.get(self.backend) or
                {"x86_64": "xen", "i386": "vmi", "sparc64": "sun4v"}[self.isa])


PLATFORMS = [
    Platform("x86_64-pc", "x86_64", "qemu_pvh", MAX, 120, X86, f"+nopatch +count {FALLBACKS} {NEWER}"),
    Platform("x86_64-grub", "x86_64", "grub_mb2_bios", PC, 120, GRUB),
    Platform("x86_64-efi", "x86_64", "grub_mb2_efi", {**PC, "-machine": "q35"}, 120, GRUB + ["ovmf"]),
    Platform("x86_64-mb1", "x86_64", "grub_mb1_bios", PC, 120, GRUB),
    Platform("i386-pc", "i386", "qemu_pvh", MAX, 120, X86, f"+nopatch +count {FALLBACKS} {NEWER}"),
    Platform("i386-grub", "i386", "grub_mb2_bios", PC, 120, GRUB),
    Platform("x86_64-xen", "x86_64", "xen_dom0", XEN_PV, 120, X86, "+nopatch +count +nofifo +8g +debug +newer",
             XEN_DEAD),
    Platform("x86_64-xenpvh", "x86_64", "xen_dom0_pvh", XEN_PVH, 120, X86, "+nopatch +nofifo +debug +domu", XEN_DEAD,
             xen="dom0=pvh"),
    Platform("x86_64-xendomu", "x86_64", "xen_domu", XEN_PV, 120, X86, "+nopatch", XEN_DEAD),
    # Behind two hypervisors: 60 s with nothing else to do, where the others take up to 20. Our debug build has none in
    # between: 54 s beside another run.
    Platform("i386-xen", "i386", "xen_shim", XEN_PV, 180, X86, "+nopatch +debug +intel", XEN_DEAD, debug_timeout=240),
    Platform("i386-xenpvh", "i386", "xen_dom0_pvh", XEN_PVH, 120, X86, "+nopatch", XEN_DEAD,
             xen="dom0=pvh,shadow", debug=True),
    Platform("i386-vmi", "i386", "qemu_vmi", MAX, 120, X86, "+nopatch +none +top +calls +nops +slow +ring1 +ring1+top"),
    Platform("sparc64-sun4u", "sparc64", "sun4u", {"-machine": "sun4u", "-vga": "none"}, 120, SPARC, "+nopatch +count",
             dead=r"Unhandled Exception 0x"),
    Platform("sparc64-sun4v", "sparc64", "sun4v", {"-machine": "sun4v", "-vga": "none"}, 120, SPARC,
             "+nopatch +count +raw +high"),
    Platform("sparc64-niagara", "sparc64", "niagara", {"-machine": "niagara"}, 120, SPARC, "+nopatch +raw +high"),
]

# Not machines: suites that run on the build machine (suite.py).
HOST_SUITES = {
    "unit": "host unit tests and the harness's own",
    "threads": "the minimal example on every kind of machine: prints, patches, takes ticks",
    "hobby": "the hobby kernel on every platform: its shell is typed at, its programs do what they may not",
    "attach": "a kernel with entry code and tables of its own, attached in many ways, right and wrong",
    "cost": "hot ops, patched: on bare metal the instructions of hand-written assembly and one NOP; under Xen few calls",
    "new": "kernels outside the tree: ./pv new's template, libpv's sources compiled with other flags",
    "pie": "a position-independent kernel",
    "ends": "panics, crashes, reboots: a message that names the thing, and an end that comes by itself",
    "badrom": "bad VMI ROMs: the kernel names what is wrong with each, and goes on without it",
    "counts": "Xen's own counts of a guest's calls, and of the instructions that it emulated",
    "vmirom": "the VMI ROM: a guest of its own does right on it, and wrong in each way that it watches for",
    "sun4vfw": "the sun4v hypervisor: a guest of its own does right on it, and wrong in each way that it tells of",
    "sun4vstart": "starts under the sun4v hypervisor: raw at many real addresses, calls refused, bad machine descriptions",
    "sun4vrefuse": "the sun4v hypervisor refuses each call of a start in turn: a message that names it, or a start without",
    "abi": "symbols, sections, headers, public interfaces",
    "steps": "an interrupt at each instruction: a Xen guest's way out of interrupts, the ways through sparc64's trap table",
    "upcall": "models of Xen's event channels, checked exhaustively; each step left out must be noticed",
    "mutants": "wrong variants of every op, and of sparc64's traps and misses; each must turn a case red",
}


@dataclass
class Variant:
    about: str
    pv: str = ""      # word for pv= on the kernel's command line
    expect: str = ""  # word for expect=: the fall-back that the kernel must have chosen
    qemu: dict = field(default_factory=dict)
    stays: bool = False   # this machine cannot be powered off: QEMU is ended after the verdict
    screen: bool = False  # no serial line: the VGA text screen is read instead
    of: str = "pc"        # for QEMU's PCs (pc), Xen (xen), a VMI ROM (vmi), sun4v, sparc64, or for all
    xen: str = ""         # words for Xen's own command line
    debug: bool = False   # on our own debug build of Xen
    domu: bool = False    # beside a Linux first domain
    newer: bool = False   # on the QEMU of the backports
    module: bool = True   # the firmware hands over a module
    raw: str = ""         # the kernel as a raw image, at the start of the low or the high block of memory
    vmi: str = ""         # words for the VMI ROM
    watched: bool = False  # with the plugin that sees what a kernel in ring 1 does past its ROM
    times: int = 1        # how many times the platform's budget a run may take


# The numbers of APICs have a field for the core that is wider than the cores need: the last ones are above 255.
WIDE = "1,sockets=85,cores=3,maxcpus=255"

# A serial port of fewer registers than a 16550 has: libpv leaves it to the firmware, which does not look there again.
FOREIGN_CONSOLE = 'nvramrc=dev /pci@1fe,0/pci@1,1/ebus@1/su 14 encode-int 3f8 encode-int encode+ 4 encode-int encode+ ' \
    '" reg" property device-end'

VARIANTS = {
    "nopatch": Variant("sites keep their table calls", pv="nopatch", of="all"),
    "count": Variant("every op through its counting shim", pv="count", of="all"),
    "smp4": Variant("four CPUs", qemu={"-smp": "4"}, of="all"),
    "debug": Variant("our own debug build of Xen, which tells on its guests", of="xen", debug=True),
    "intel": Variant("an Intel CPU, which has SYSENTER in long mode; on our own debug build of Xen", of="xen", debug=True,
                     qemu={"-cpu": "max,-smap,-rdtscp,-svm,vendor=GenuineIntel,family=6,model=15"}),
    "nofifo": Variant("event channels in the form of bitmaps", pv="nofifo", expect="nofifo", of="xen"),
    "icount": Variant("a machine whose clock counts instructions", qemu={"-icount": "shift=0,sleep=off"}, of="xen"),
    "sweep": Variant("a machine whose clock counts instructions, each longer than a tick", expect="sweep", of="sparc64",
                     qemu={"-icount": "shift=4,sleep=off"}),
    "ofcons": Variant("a console that is OpenFirmware's", of="sparc64",
                      qemu={"-prom-env": ["use-nvramrc?=true", FOREIGN_CONSOLE]}),
    "newer": Variant("a newer QEMU, which counts gates of x86_64 once", of="xen", newer=True),
    "domu": Variant("beside a first domain, not as the first", expect="domu", of="xen", domu=True),
    "2g": Variant("2 GiB for the first domain", of="xen", qemu={"-m": "3G"}, xen="dom0_mem=2G"),
    "8g": Variant("8 GiB for the first domain", expect="8g", of="xen", qemu={"-m": "9G"}, xen="dom0_mem=8G", times=2),
    "none": Variant("a ROM that leaves all but the ways to user mode to the kernel", expect="none", of="vmi",
                    vmi="kinds=none"),
    "top": Variant("a ROM that has the top 64 MiB of the addresses", of="vmi", vmi="top=0xfc000000"),
    "calls": Variant("a ROM whose ways to user mode are calls, not jumps", of="vmi", vmi="form=call"),
    "nops": Variant("a ROM that has what bare hardware needs not left out", expect="nops", of="vmi", vmi="form=nop"),
    "quiet": Variant("a ROM that does not watch its client: what a call costs does not vary", of="vmi", vmi="audit=off"),
    "slow": Variant("a ROM whose calls take 10 us more each, which is stolen", of="vmi", vmi="delay=10"),
    "ring1": Variant("a ROM that keeps ring 0 for itself", of="vmi", vmi="ring1", watched=True),
    "raw": Variant("a raw image at the start of memory, not an ELF file", of="sun4v", raw="low"),
    "high": Variant("a raw image where virtual and real addresses differ", of="sun4v", raw="high"),
    "q35": Variant("the other PC chip set", expect="q35", qemu={"-machine": "q35"}),
    "nohpet": Variant("no HPET", expect="nohpet", qemu={"-no-hpet": None}),
    "noacpi": Variant("no ACPI tables", expect="noacpi", qemu={"-no-acpi": None}, stays=True),
    # Without it there are no messages either, and QEMU refuses devices that send some.
    "noapic": Variant("no local APIC", expect="noapic", qemu={
        "-cpu": "qemu64,-apic", "-device": "pci-serial,chardev=nowhere", "-chardev": "null,id=nowhere"}),
    "notsc": Variant("no time stamp counter", expect="notsc", qemu={"-cpu": "max,-tsc"}),
    "pitclock": Variant("the 8254 as the only clock", expect="pitclock", qemu={"-cpu": "max,-tsc", "-no-hpet": None}),
    "noserial": Variant("no serial line", expect="noserial", qemu={"-serial": "none"}, screen=True),
    "novga": Variant("no VGA", expect="novga", qemu={"-vga": "none"}),
    "newqemu": Variant("a newer QEMU, whose firmware leaves x2APIC on", expect="x2apic", newer=True,
                       qemu={"-smp": WIDE}),
    # This firmware leaves turning it on to us. It knows no VGA, has a wild address for the words of a module, and tells
    # the right line for odd slots only. The second dash is for a second device.
    "x2apic": Variant("a newer QEMU: a CPU that only x2APIC can address", expect="x2apic,novga", newer=True,
                      module=False, qemu={"-smp": WIDE, "-bios": "qboot.rom", "-vga": "none", "-device": "edu,addr=3",
                                          "--device": "max-x86_64-cpu,socket-id=84,core-id=2,thread-id=0"}),
}


def _loader(loader, debug, domu):
    """The shipped Xen runs 32-bit PV in its shim only, ours as any other guest."""
    if loader == "xen_shim" and debug:
        loader = "xen_dom0"
    return loader.replace("dom0", "domu") if domu else loader


class Target:
    """A platform with its suffixes: one boot, e.g. x86_64-pc+nopatch+q35."""

    def __init__(self, platform, suffixes=()):
        self.platform, self.suffixes = platform, tuple(suffixes)
        self.name = "+".join((platform.name,) + self.suffixes)
        self.variants = [VARIANTS[s] for s in suffixes]
        self.stays = any(v.stays for v in self.variants)
        self.screen = any(v.screen for v in self.variants)
        self.watched = any(v.watched for v in self.variants)
        self.newer = any(v.newer for v in self.variants)
        self.raw = "".join(v.raw for v in self.variants)
        self.module = all(v.module for v in self.variants)
        self.xen = platform.loader.startswith("xen_")
        self.has_log = self.xen or platform.loader in ("qemu_vmi", "sun4v", "niagara")
        self.debug = platform.debug or any(v.debug for v in self.variants)
        self.timeout = platform.timeout * max([1, *(v.times for v in self.variants)])
        if self.debug:
            # It checks all that it does.
            self.timeout = platform.debug_timeout or 2 * platform.timeout
        self.loader = _loader(platform.loader, self.debug, any(v.domu for v in self.variants))
        self.packages = platform.packages + (BUILD_PACKAGES if self.debug else [])

    def words(self):
        """What the variants add to the kernel's command line."""
        # An NMI is the end of Xen's shim, which has no FIFO channels for its guest. An event that the guest sends takes a
        # third of a millisecond where the emulator has a virtual machine in it: three storms of 100,000 are two minutes.
        shim = self.loader == "xen_shim"
        beside = self.loader in xenlab.KINDS
        inside = shim or self.loader.startswith("xen_") and "pvh" in self.loader
        lists = (("pv", [v.pv for v in self.variants if v.pv]),
                 ("expect", [v.expect for v in self.variants if v.expect] + ["nofifo"] * shim),
                 ("lacks", ["nmi"] * shim), ("storm", ["few"] * inside), ("below", ["shim"] * shim),
                 ("beside", ["dom0"] * beside))
        return [f"{key}={','.join(values)}" for key, values in lists if values]

    def xen_words(self):
        """What Xen's own command line says beyond the usual."""
        return [words for words in [self.platform.xen, *(v.xen for v in self.variants)] if words]

    def qemu(self):
        options = dict(self.platform.qemu)
        for variant in self.variants:
            options.update(variant.qemu)
        vmi = " ".join(v.vmi for v in self.variants if v.vmi)
        return {**options, "-fw_cfg": f"name=opt/org.libpv.vmi,string={vmi}"} if vmi else options


def find(name):
    """The one target called NAME, suffixes included."""
    base, *suffixes = name.split("+")
    platform = next((p for p in PLATFORMS if p.name == base), None)
    if platform is None:
        raise Trouble(f"no platform is called '{base}'; there are: " + " ".join(p.name for p in PLATFORMS))
    for suffix in suffixes:
        if suffix not in VARIANTS:
            raise Trouble(f"no variant is called '+{suffix}'; {base} has: " +
                          " ".join("+" + v for v, variant in VARIANTS.items() if variant.of in _kinds(platform)))
        _suits(platform, suffix)
    return Target(platform, suffixes)


def tested():
    """What a bare ./pv test boots: the platforms and their variants."""
    return [t for p in PLATFORMS for t in targets(p.name)]


def ways():
    """Every way to boot that is more than a variant: the platforms, and where the shipped Xen and our build boot an
    image in ways of their own, both."""
    both = [[Target(p), Target(p, ["debug"])] if p.loader.startswith("xen_") else [Target(p)] for p in PLATFORMS]
    return [t for of_one in both for t in of_one if t is of_one[0] or t.loader != of_one[0].loader]


def _kinds(platform):
    """What variants may be of that suit it."""
    machine = "xen" if platform.loader.startswith("xen_") else "" if platform.isa == "sparc64" else "pc"
    return "all", machine, platform.backend, platform.isa


def _suits(platform, suffix):
    kind = VARIANTS[suffix].of
    if kind not in _kinds(platform):
        changed = {"pc": "a PC", "vmi": "a VMI ROM", "sun4v": "sun4v", "sparc64": "sparc64"}.get(kind, "Xen")
        raise Trouble(f"'+{suffix}' changes {changed}; {platform.name} is none")


def targets(name):
    """What NAME runs: itself when it has suffixes, else the platform and its default variants."""
    first = find(name)
    if first.suffixes:
        return [first]
    return [first] + [Target(first.platform, v.strip("+").split("+")) for v in first.platform.variants.split()]
