"""The same work on many things: in this process, in processes of their own, or on an existing Dask cluster.

All three give what one call after the other gives; only the order in which results arrive differs.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from importlib import import_module
from importlib.metadata import version
from typing import Any, TypeVar

from silvafisc.datasets.findings import Finding, InputError

from .meta import PACKAGES
from .processes import processes

OPTION = "--cluster"
REACHED_WITHIN = 10
"""Seconds after which a cluster counts as not reachable."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def spread(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int, cluster: str | None = None
) -> Iterator[tuple[int, Result]]:
    """(position, result) of every item, as they come.

    Args:
        work: a function of a module; items and results can be pickled. jobs: processes at once; 1 = in this process.
        cluster: address of a Dask scheduler, `tcp://host:port`; `jobs` does not count then.

    Raises:
        InputError: no cluster there, its workers have other versions, or dask.distributed is not installed. Whatever
            `work` raises; what has not begun is dropped then.
    """
    if cluster is not None:
        yield from _on_cluster(work, items, cluster)
    elif jobs == 1 or len(items) == 1:
        yield from ((at, work(item)) for at, item in enumerate(items))
    else:
        yield from _in_processes(work, items, jobs)


def _in_processes(work: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Iterator[tuple[int, Result]]:
    with processes(min(jobs, len(items))) as pool:
        at = {pool.submit(work, item): place for place, item in enumerate(items)}
        for future in as_completed(at):
            yield at[future], future.result()


def _on_cluster(work: Callable[[Item], Result], items: Sequence[Item], address: str) -> Iterator[tuple[int, Result]]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        en = 'needs dask.distributed, which is not installed: pip install "silvafisc[cluster]"'
        raise _refused(address, en, '需要 dask.distributed，尚未安装：pip install "silvafisc[cluster]"') from None
    try:
        client = distributed.Client(address, timeout=REACHED_WITHIN, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        en, zh = f"no Dask scheduler answers there: {error}", f"该地址没有 Dask 调度器应答：{error}"
        raise _refused(address, en, zh) from None
    try:
        _refuse_other_versions(client, address)
        futures = {client.submit(work, item, pure=False): place for place, item in enumerate(items)}
        try:
            with client.as_current():
                arriving = distributed.as_completed(list(futures))
            for future in arriving:
                yield futures[future], future.result()
        finally:
            client.cancel(list(futures))
    finally:
        client.close()


def versions() -> dict[str, str]:
    """Package -> version, of everything that decides the bytes of a result."""
    return {name: version(name) for name in PACKAGES}


def _refuse_other_versions(client: Any, address: str) -> None:
    """Raise InputError where there is no worker, or one would compute with other versions."""
    own, theirs = versions(), client.run(versions)
    if not theirs:
        raise _refused(address, "the cluster has no worker", "该集群没有工作进程")
    other = sorted(
        {f"{name} {v} ({own[name]})" for found in theirs.values() for name, v in found.items() if v != own[name]}
    )
    if other:
        listed = ", ".join(other)
        raise _refused(
            address, f"workers have other versions than this one: {listed}", f"工作进程的版本与本机不同：{listed}"
        )


def _refused(address: str, en: str, zh: str) -> InputError:
    return InputError([Finding(OPTION, address, en, zh)])
