"""Build the documentation site from the Markdown of this folder: `make docs`.

Every page stays where it is in the repository, so that a link works here, in a checkout and in the
site. What is only in the site: the reference, written from the code, and the notebooks as pages.
Nothing is asked of any network, and the site asks nothing of one.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import jupytext
from sphinx.cmd.build import build_main

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))
from reference import pages  # noqa: E402  a script beside this one, no package

OUTSIDE = ("NOTICE", "CONTRIBUTING.md", "CHANGELOG.md", "geodata/README.md",
           "geodata/build/facts/README.md")


def lay_out(source: Path) -> None:
    """Put every page of the site where Sphinx will look for it."""
    shutil.copytree(ROOT / "docs", source / "docs", ignore=shutil.ignore_patterns("site"))
    for name in OUTSIDE:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    shutil.copyfile(Path(__file__).with_name("conf.py"), source / "conf.py")
    shutil.copytree(Path(__file__).with_name("static"), source / "static")
    index = source / "docs/index.md"
    named = index.read_text(encoding="utf-8").split()
    more = sorted(page.stem for page in (source / "docs").glob("*.md")
                  if page.stem not in named and page.stem != "index")
    if more:
        listed = "\n".join(["```{toctree}", ":hidden:", ":caption: More", "", *more, "```"])
        index.write_text(f"{index.read_text(encoding='utf-8')}\n{listed}\n", encoding="utf-8")
    (source / "docs/reference").mkdir()
    for name, text in pages().items():
        (source / f"docs/reference/{name}.md").write_text(text, encoding="utf-8")
    (source / "notebooks").mkdir()
    for script in sorted((ROOT / "notebooks").glob("[0-9]*.py")):
        (source / f"notebooks/{script.stem}.md").write_text(notebook_page(script), encoding="utf-8")


def notebook_page(script: Path) -> str:
    """A notebook as a page: its words and its code."""
    parts = [cell.source if cell.cell_type == "markdown" else f"```python\n{cell.source}\n```"
             for cell in jupytext.read(script).cells]
    return "\n\n".join(parts) + "\n"


def build(out: Path) -> int:
    """Build the site into a folder; 0 when every link and every docstring is sound."""
    source = out / "source"
    shutil.rmtree(out, ignore_errors=True)
    lay_out(source)
    return build_main(["-q", "-W", "--keep-going", "-b", "html", str(source), str(out / "html")])


def main() -> None:
    """Read the folder to write to and build."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("out", type=Path, nargs="?", default=ROOT / "out/docs")
    out = asked.parse_args().out
    failed = build(out)
    sys.stdout.write(f"{out / 'html/docs/index.html'}\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
