"""A program of a build directory once more, with changed sources: each is compiled by the command that Ninja has for it,
and comes in front of the library, or in place of the program's own object. Nothing in the build directory is touched.

SPDX-License-Identifier: BSD-2-Clause
"""
import functools
import os
import shlex
import subprocess

from tools import BUILD, TOP

# What ccache remembers of a source is by the places of what it includes: those of another mutant that is being built.
PLAIN = {**os.environ, "CCACHE_DISABLE": "1"}
SHOWN = 500  # characters of what a compiler says


class Changed:
    """One program of the build for an instruction set. All mutants of it share the commands."""

    def __init__(self, isa, name):
        self.here, self.name = BUILD / isa, str(name)
        done = subprocess.run(["ninja", "-t", "commands", self.name], cwd=self.here, capture_output=True, text=True,
                              check=True)
        *self.compiles, self.link = [shlex.split(line) for line in done.stdout.splitlines()]

    def build(self, changes, scratch):
        """CHANGES are rows of unit, file, text: the unit is compiled with TEXT in place of the file, which it is itself
        or includes. (the program in SCRATCH, "") or (None, why that did not go)."""
        program, link, commands = scratch / "program", list(self.link), []
        for number, (unit, file, text) in enumerate(changes):
            command, plain = self._compile(unit, file, text, scratch / str(number))
            commands.append(command)
            if plain in link:
                link[link.index(plain)] = command[command.index("-o") + 1]
            else:
                front = next(at for at, word in enumerate(link) if word.endswith(".a") or word == "-Wl,--start-group")
                link.insert(front, command[command.index("-o") + 1])
        for words in [*commands, [str(program) if word == self.name else word for word in link]]:
            done = subprocess.run(words, cwd=self.here, capture_output=True, text=True, env=PLAIN)
            if done.returncode != 0:
                return None, f"does not build: {done.stderr[:SHOWN]}"
        return program, ""

    def _compile(self, unit, file, text, scratch):
        """The command for UNIT, and the object that it makes without the change. Both files stand in SCRATCH at their
        places in the tree, so that the unit finds the changed one first; all others are found where they always are."""
        for name, content in {unit: (TOP / unit).read_text(), file: text}.items():
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (scratch / name).write_text(content)
        words = next(words for words in self.compiles if "-c" in words and words[-1].endswith(f"../{unit}"))
        options = [word for word in words[:words.index("-MD")] if word != "-Werror"]
        folders = [word for name in (unit, file) for word in ("-iquote", str((TOP / name).parent))]
        return [*options, "-w", *folders, "-o", str(scratch / "object.o"), "-c", str(scratch / unit)], \
            words[words.index("-o") + 1]


@functools.cache
def program(isa, name):
    return Changed(isa, name)


def replaced(file, old, new):
    """(the text of FILE with NEW for OLD, "") or (None, why it is no mutant)."""
    text = (TOP / file).read_text()
    if text.count(old) != 1:
        return None, f"stands {text.count(old)} times in {file}, not once: {old.strip()}"
    return text.replace(old, new), ""
