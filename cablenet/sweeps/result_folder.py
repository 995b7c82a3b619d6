"""The folder of a sweep while it grows: what it holds, what is still to do, and how it ends."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cablenet.errors import InputError, MismatchError, SweepError
from cablenet.sweeps import manifest
from cablenet.sweeps.job import Job, Outcome, Progress, Tally
from cablenet.sweeps.manifest import ChunkLine
from cablenet.sweeps.part_file import count_rows, read_schema, read_tally, table_bytes, writer_here

NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@dataclass(eq=False)
class ResultFolder:
    """The results of one job; only the process that holds the folder writes to it."""

    job: Job
    out: Path
    lines: dict[int, ChunkLine] = field(default_factory=dict)  # of solved and failed chunks
    todo: list[int] = field(default_factory=list)
    resumed: int = 0
    done: int = 0  # these three in scenarios
    failed: int = 0
    journal: BinaryIO | None = None

    @contextlib.contextmanager
    def held(self, resume: bool) -> Iterator[None]:
        """Take the folder, see what it holds, open the manifest; let go in the end."""
        path = self.out / manifest.NAME
        if self.out.exists() and not self.out.is_dir():
            raise InputError(f"{self.out}: is a file; name a folder")
        if self.out.exists() and not path.is_file() and any(
                other != manifest.draft_of(path) for other in self.out.iterdir()):
            raise InputError(f"{self.out}: is not empty and holds no sweep; name a new folder")
        with self._telling_how_to_go_on():
            self.out.mkdir(parents=True, exist_ok=True)
            with manifest.alone_in(self.out) as alone:
                if not alone:
                    raise InputError(f"{self.out}: another run is at work here; let it end first")
                if path.is_file():
                    self._take_stock(path, resume)
                self.todo = [c for c in range(self.job.chunks) if c not in self.lines]
                # written anew: torn, failed and doubtful lines go, and so does an old end
                manifest.write_manifest(path, self._header(), self.lines.values())
                (self.out / "parts").mkdir(exist_ok=True)
                with path.open("ab", buffering=0) as self.journal:
                    yield

    def progress(self) -> Progress:
        """How far it is."""
        return Progress(self.done, self.failed, self.scenarios, self.resumed)

    @functools.cached_property
    def scenarios(self) -> int:
        """In the whole sweep."""
        return sum(map(self.job.size, range(self.job.chunks)))

    def keep(self, outcome: Outcome) -> None:
        """Put an outcome on disk: first the part, then its line."""
        assert self.journal is not None
        chunk, size = outcome.chunk, self.job.size(outcome.chunk)
        if outcome.part is None:
            line = ChunkLine(chunk, "failed", size, error=outcome.error)
        else:
            file = f"parts/part-{chunk:06d}.parquet"
            manifest.write_durably(self.out / file, outcome.part)
            line = ChunkLine(chunk, "done", size, count_rows(outcome.part), file,
                             hashlib.sha256(outcome.part).hexdigest())
        manifest.append_line(self.journal, line.to_json())
        self._count(line)

    def finish(self) -> str:
        """Merge the tallies, write the aggregate and the final manifest; return the digest."""
        self._check_schemas()
        self._sweep_out()
        (self.out / "aggregate").mkdir(exist_ok=True)
        tables = self.job.merge(self._tallies())
        aggregates = []
        for name in sorted(tables):
            file, data = f"aggregate/{name}.parquet", table_bytes(tables[name])
            manifest.write_durably(self.out / file, data)
            aggregates.append({"aggregate": name, "file": file, "rows": tables[name].num_rows,
                               "sha256": hashlib.sha256(data).hexdigest()})
        return manifest.write_manifest(self.out / manifest.NAME, self._header(),
                                       self.lines.values(), aggregates)

    def _take_stock(self, path: Path, resume: bool) -> None:
        """Believe the lines whose files prove them."""
        found = manifest.read_manifest(path)
        if found.header["fingerprint"] != self.job.fingerprint:
            raise MismatchError(
                f"{self.out}: is another sweep, {found.header['fingerprint'][:16]} and not "
                f"{self.job.fingerprint[:16]} ({_differences(found.header, self._header())}); name "
                "another folder, or ask the same again")
        if not resume and any(line.status == "done" for line in found.chunks.values()):
            raise InputError(f"{self.out}: holds this sweep already; go on with --resume, or name "
                             "a new folder")
        if found.header.get("writer") != writer_here():
            raise MismatchError(
                f"{self.out}: was written with {found.header.get('writer')}, here is "
                f"{writer_here()}, so the bytes would differ; go on with the pyarrow of then, or "
                "name a new folder")
        for chunk, line in found.chunks.items():
            if (0 <= chunk < self.job.chunks and line.status == "done"
                    and line.scenarios == self.job.size(chunk)
                    and line.file == f"parts/part-{chunk:06d}.parquet"
                    and manifest.sha256_of(self.out / line.file) == line.sha256):
                self._count(line)
        self.resumed = self.done

    def _count(self, line: ChunkLine) -> None:
        self.lines[line.chunk] = line
        if line.status == "done":
            self.done += line.scenarios
        else:
            self.failed += line.scenarios

    def _header(self) -> Mapping[str, Any]:
        return {"cablenet_sweep": manifest.FORMAT, "fingerprint": self.job.fingerprint,
                "chunks": self.job.chunks, "scenarios": self.scenarios, "writer": writer_here(),
                "job": dict(self.job.describe)}

    def _parts(self) -> Iterator[Path]:
        for chunk in sorted(self.lines):
            if self.lines[chunk].status == "done":
                yield self.out / self.lines[chunk].file

    def _tallies(self) -> Iterator[Tally]:
        return map(read_tally, self._parts())

    def _check_schemas(self) -> None:
        schemas = map(read_schema, self._parts())
        first = next(schemas, None)
        for other in schemas:
            assert other.equals(first), f"a job whose chunks differ in columns: {first} / {other}"

    def _sweep_out(self) -> None:
        """Remove drafts and parts that a killed run left without a line."""
        known = set(self._parts())
        for folder in (self.out / "parts", self.out / "aggregate"):
            for path in folder.glob("*"):
                if path not in known and path.suffix in (".parquet", ".tmp"):
                    path.unlink()

    @contextlib.contextmanager
    def _telling_how_to_go_on(self) -> Iterator[None]:
        """Whatever stops a sweep says what is kept and how to go on."""
        try:
            yield
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise SweepError(f"the disk is full; make room; {self._stand()}") from error
        except SweepError as error:
            raise SweepError(f"{error}; {self._stand()}") from error
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped; {self._stand()}") from None

    def _stand(self) -> str:
        kept = sum(line.status == "done" for line in self.lines.values())
        return f"{kept} of {self.job.chunks} chunks are kept in {self.out}, go on with --resume"


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """In what two jobs differ, in the words of their descriptions."""
    old, new = there.get("job", {}), here["job"]
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    told = [f"{key} {str(old.get(key))[:60]} there, {str(new.get(key))[:60]} here" for key in keys]
    return "; ".join(told[:4]) or "its description is the same, its content is not"
