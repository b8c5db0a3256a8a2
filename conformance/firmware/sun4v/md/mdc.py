"""Compiler of machine descriptions: text to the binary form that MACH_DESC hands out.

    mdc.py TEXT BINARY
    mdc.py TEXT FILE.S    the same as assembly, between the labels md_template and md_template_end

The text, by lines; # begins a comment, the first node is the root:

    node NAME [LABEL]     starts a node; LABEL is for arcs
        fwd LABEL         an arc to that node, and the arc "back" from there
        PROPERTY = 123    a value, decimal or 0x
        PROPERTY = "a"    a string
        PROPERTY = "a" "b" ...  or "a",  a list: data of strings, each with its NUL
        PROPERTY = [00 01 ...]  data
        PROPERTY = @TOKEN       a value that the firmware fills in; TOKENS has their numbers
        PROPERTY = @TOKEN 64    a string that it fills in, with room for so many bytes
        when @TOKEN             the node is there if that value is not 0

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import struct
import sys

# The firmware's md.c has the same order. A value: PLACE + number, for "when" WHEN + number. A string: the byte 1, then the
# number.
TOKENS = ["never", "low-base", "low-size", "high-base", "high-size", "args",
          *(f"{what}{n}" for n in range(4) for what in ("cpu", "module-base", "module-size", "module-name"))]
PLACE, WHEN = 0x4D440000 << 32, 0x4D440001 << 32

LIST_END, NODE, NODE_END, NOOP, ARC, VALUE, STRING, DATA = 0, 0x4E, 0x45, 0x20, 0x61, 0x76, 0x73, 0x64


class Bad(Exception):
    pass


def parse(text):
    """[(name, label, [(kind, property, content)])]"""
    nodes = []
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("# ") or line == "#":
            continue
        try:
            _line(nodes, line)
        except (Bad, ValueError, IndexError) as why:
            raise Bad(f"line {number}: {line}: {why}") from None
    return nodes


def _line(nodes, line):
    if match := re.fullmatch(r"node (\S+)(?: (\S+))?", line):
        nodes.append((match[1], match[2] or "", []))
    elif match := re.fullmatch(r"fwd (\S+)", line):
        nodes[-1][2].append((ARC, "fwd", match[1]))
    elif match := re.fullmatch(r"when @(\S+)", line):
        nodes[-1][2].append((VALUE, "when", WHEN | TOKENS.index(match[1])))
    elif match := re.fullmatch(r"(\S+) = (.+)", line):
        nodes[-1][2].append((*_content(match[2])[:1], match[1], _content(match[2])[1]))
    else:
        raise Bad("not understood")


def _content(text):
    strings = re.findall(r'"([^"]*)"', text)
    if match := re.fullmatch(r"@(\S+) (\d+)", text):
        return STRING, bytes([1, TOKENS.index(match[1])]).ljust(int(match[2]), b"\0")
    if text.startswith("@"):
        return VALUE, PLACE | TOKENS.index(text[1:])
    if text.startswith("["):
        return DATA, bytes.fromhex(text.strip("[]"))
    if len(strings) == 1 and not text.endswith(","):
        return STRING, strings[0].encode() + b"\0"
    if strings:
        return DATA, b"".join(s.encode() + b"\0" for s in strings)
    return VALUE, int(text, 0)


def compiled(nodes):
    labels = {label: n for n, (_name, label, _properties) in enumerate(nodes) if label}
    backs = {n: [] for n in range(len(nodes))}
    for n, (_name, _label, properties) in enumerate(nodes):
        for kind, _property, content in properties:
            if kind == ARC and content not in labels:
                raise Bad(f"no node is labelled {content}")
            if kind == ARC:
                backs[labels[content]].append(n)
    starts, at = [], 0
    for n, (_name, _label, properties) in enumerate(nodes):
        starts.append(at)
        at += 2 + len(properties) + len(backs[n])
    names, data, elements = {}, bytearray(), b""
    for n, (name, _label, properties) in enumerate(nodes):
        following = starts[n + 1] if n + 1 < len(nodes) else at
        elements += _element(NODE, names, name, struct.pack(">Q", following))
        for kind, property_name, content in properties:
            elements += _element(kind, names, property_name, _value(kind, content, starts, labels, data))
        for back in backs[n]:
            elements += _element(ARC, names, "back", struct.pack(">Q", starts[back]))
        elements += _element(NODE_END, names, "", bytes(8))
    elements += _element(LIST_END, names, "", bytes(8))
    pool = b"".join(name.encode() + b"\0" for name in names)
    pool += bytes(-len(pool) % 16)
    data += bytes(-len(data) % 16)
    return struct.pack(">IIII", 0x10000, len(elements), len(pool), len(data)) + elements + pool + bytes(data)


def _value(kind, content, starts, labels, data):
    if kind == ARC:
        return struct.pack(">Q", starts[labels[content]])
    if kind == VALUE:
        return struct.pack(">Q", content)
    at = len(data)
    data += content + bytes(-len(content) % 8)
    return struct.pack(">II", len(content), at)


def _element(tag, names, name, value):
    offset = 0
    if name and name not in names:
        names[name] = sum(len(other) + 1 for other in names)
    if name:
        offset = names[name]
    return struct.pack(">BBHI", tag, len(name), 0, offset) + value


if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="ascii") as source:
            binary = compiled(parse(source.read()))
    except Bad as bad:
        sys.exit(f"{sys.argv[1]}: {bad}")
    if sys.argv[2].endswith(".S"):
        words = "".join(f"\t.byte {', '.join(map(str, binary[at:at + 16]))}\n" for at in range(0, len(binary), 16))
        binary = f"""\t.section .md, "a"\n\t.balign 16\n\t.globl md_template, md_template_end
md_template:\n{words}md_template_end:\n\t.section .note.GNU-stack, "", @progbits\n""".encode()
    with open(sys.argv[2], "wb") as file:
        file.write(binary)
