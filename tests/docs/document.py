# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes a document of docs/ apart: what is under each heading, in order."""
import dataclasses
import pathlib
import re


class DocumentError(Exception):
    """The document cannot be tested as it is; the message says where and why."""


@dataclasses.dataclass
class Block:
    kind: str  # "text", "lua" (and other fences by their language), "indented"
    line: int  # its first line in the document, from 1
    lines: list = dataclasses.field(default_factory=list)

    @property
    def text(self):
        """As one line: where a paragraph is broken means nothing."""
        return " ".join(line.strip() for line in self.lines)


@dataclasses.dataclass
class Section:
    title: str
    line: int
    blocks: list = dataclasses.field(default_factory=list)

    @property
    def name(self):
        """The title as a file's name, and as the anchor that it has on the web."""
        return re.sub(r"[^\w-]", "", self.title.lower().replace(" ", "-"))


def _fenced(lines, start, path):
    """The block that begins with the fence in line `start` (from 0), and the line behind it."""
    language = lines[start][3:].strip()
    for end in range(start + 1, len(lines)):
        if lines[end].startswith("```"):
            return Block(language, start + 2, lines[start + 1:end]), end + 1
    raise DocumentError(f"{path}:{start + 1}: this block has no end")


def _indented(lines, start):
    end = start
    while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
        end += 1
    content = [line[4:] for line in lines[start:end]]
    while not content[-1].strip():
        content.pop()
    return Block("indented", start + 1, content), end


def _text(lines, start):
    end = start
    while end < len(lines) and lines[end].strip() and not lines[end].startswith(("```", "#")):
        end += 1
    return Block("text", start + 1, lines[start:end]), end


def _heading_level(line):
    match = re.match(r"(#+) ", line)
    return len(match[1]) if match else 0


def sections(path):
    """A document's sections; the first one, without a title, is what comes before the first heading of level 2."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    found = [Section("", 1)]
    position = 0
    while position < len(lines):
        line = lines[position]
        if _heading_level(line):
            if _heading_level(line) == 2:
                found.append(Section(line[3:].strip(), position + 1))
            position += 1
        elif not line.strip():
            position += 1
        else:
            if line.startswith("```"):
                block, position = _fenced(lines, position, path)
            elif line.startswith("    "):
                block, position = _indented(lines, position)
            else:
                block, position = _text(lines, position)
            found[-1].blocks.append(block)
    return found
