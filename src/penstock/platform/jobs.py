"""Background work that is no sending: imports, clean-up, later webhooks. Procrastinate's tasks and worker.

Jobs are rows in PostgreSQL (tables made by `procrastinate.contrib.django`'s migrations), so they commit with
what they belong to, and any `penstock worker` on the database runs them. A job is an idempotent hint: it may
run twice (its worker died); truth is in the room's own tables.

A room defines tasks in a module of TASK_MODULES: `@jobs.tasks.task(name="import", retry=3) def …`; anyone
enqueues one with `jobs.defer(conn, "import", import_id=7)`. Neither needs Django.

Procrastinate re-queues nothing by itself when a worker dies: `requeue_stalled` does, at each worker's start
and every minute.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Coroutine
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, LiteralString

import psycopg
import psycopg.rows
from procrastinate import App, Blueprint, JobContext, PsycopgConnector, SyncPsycopgConnector, exceptions
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from psycopg_pool import AsyncConnectionPool

from penstock.platform import database, environment

# Modules of the rooms that define tasks; those not built yet are passed over.
TASK_MODULES = (
    "penstock.account.jobs",
    "penstock.audience.importing",
    "penstock.audience.jobs",
    "penstock.delivery.estimating",
    "penstock.feedback.jobs",
    "penstock.mailing.jobs",
    "penstock.notices.jobs",
    "penstock.personal.jobs",
    "penstock.preflight.jobs",
    "penstock.report.jobs",
)

# Modules of the rooms with a loop beside the jobs, `run(stop)`: each gets a thread in the process of the jobs.
LOOPS = ("penstock.notices.watching",)

QUEUE = "penstock"
PROMPT = "penstock prompt"  # for jobs that somebody waits for: they have workers of their own, and wait for no other
LONG = "penstock long"  # for jobs that take minutes: they have workers of their own, and nothing short waits for them
POLLING = 1.0  # seconds between looks for work, should a NOTIFY be lost
STALLED_AFTER = 30.0  # seconds without a heartbeat (one every 10 s) after which a worker counts as dead
ATTEMPTS = 5  # a job that saw so many workers die is given up: it may be what kills them
KEEP_HOURS = 72  # jobs that failed stay visible that long
_GRACE = 10.0  # seconds given to running jobs when the worker stops
_RESTARTS = (1.0, 30.0)  # seconds before a failed worker is started again: first, longest

log = logging.getLogger(__name__)
tasks = Blueprint()
stopping = threading.Event()
"""Set while this process's worker is stopping: a job that takes minutes ends then, and says that it wants to run again."""
_NAMESPACE = "penstock"


def home_queue() -> str:
    """Return the queue that only workers with this folder of uploads look at: for jobs whose file lies there and nowhere else."""
    return f"{QUEUE} {environment.uploads_mark()}"


def defer(
    conn: psycopg.Connection[Any],
    task: str,
    /,
    *,
    once: str | None = None,
    lock: str | None = None,
    queue: str | None = None,
    **arguments: Any,
) -> int | None:
    """Enqueue the task named `task` in the transaction of `conn`; return the job's id.

    once: while a job with this text waits, no second is enqueued (None is returned). lock: jobs with the
    same text run one after another. queue: `home_queue()` for work that needs a file of this home. The arguments must be JSON.
    """
    deferrer = configure_task(
        name=f"{_NAMESPACE}:{task}",
        job_manager=JobManager(SyncPsycopgConnector()),
        queue=queue or QUEUE,
        lock=lock,
        queueing_lock=once,
        connection=conn,
    )
    try:
        with conn.transaction():  # a savepoint inside a transaction: a refusal does not break it
            return deferrer.defer(**arguments)
    except exceptions.AlreadyEnqueued:
        return None


@tasks.periodic(cron="* * * * *", queueing_lock="requeue_stalled")
@tasks.task(name="requeue_stalled", pass_context=True, queue=QUEUE, queueing_lock="requeue_stalled")
async def requeue_stalled(context: JobContext, timestamp: int) -> None:
    """Every minute: put the jobs of dead workers back into their queue."""
    await rescue(context.app)


@tasks.periodic(cron="17 3 * * *", queueing_lock="remove_old")
@tasks.task(name="remove_old", pass_context=True, queue=QUEUE, queueing_lock="remove_old")
async def remove_old(context: JobContext, timestamp: int) -> None:
    """Every night: delete jobs that ended, well or not, more than KEEP_HOURS ago."""
    await context.app.job_manager.delete_old_jobs(
        KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


async def rescue(app: App) -> int:
    """Put the jobs of workers without a heartbeat back; those tried ATTEMPTS times fail. Return how many."""
    manager = app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER))
    for job in stalled:
        if job.attempts + 1 >= ATTEMPTS:
            assert job.id is not None
            log.error("job %s is given up: %d workers died while it ran", job.call_string, job.attempts + 1)
            await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=False)
        else:
            log.warning("job %s goes back into its queue: its worker died", job.call_string)
            with contextlib.suppress(
                exceptions.ConnectorException
            ):  # another worker was first to put it back
                await manager.retry_job(job)
    return len(stalled)


def _pool(**options: Any) -> AsyncConnectionPool[Any]:
    """Return the worker's pool; asked for when it starts, so that importing this starts no database."""
    return AsyncConnectionPool(
        database.url(),
        kwargs={"application_name": "penstock jobs", **database.KEEPALIVE},
        min_size=1,
        max_size=8,
        timeout=10.0,
        **options,
    )


class _Connector(PsycopgConnector):
    """Tries statements without an answer again when the connection is lost: how a job ended must be told.

    Otherwise it stays `doing` under a worker that lives, where nothing would ever look for it.
    """

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        for pause in (0.1, 0.5, 1.0, 2.0, 4.0):
            try:
                return await super().execute_query_async(query, **arguments)
            except exceptions.ConnectorException as error:
                if not isinstance(error.__cause__, psycopg.OperationalError):
                    raise
            await asyncio.sleep(pause)
        return await super().execute_query_async(query, **arguments)


@cache
def worker_app() -> App:
    """Return the app with all tasks of all rooms; its connector is opened and closed by each `work`.

    One for the process: taking tasks into an app renames them.
    """
    found = [name for name in TASK_MODULES if _exists(name)]
    app = App(connector=_Connector(pool_factory=_pool), import_paths=found)
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    app.add_tasks_from(tasks, namespace=_NAMESPACE)
    return app


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@contextlib.asynccontextmanager
async def _opened(app: App) -> AsyncIterator[App]:
    await app.open_async()
    try:
        yield app
    finally:
        await app.close_async()


async def work(*, concurrency: int = 2, wait: bool = True) -> None:
    """Run one worker in this event loop until it is cancelled; `wait=False`: until nothing is left to do.

    Synchronous tasks run in threads, `concurrency` at a time, and as many of each of the queues PROMPT and LONG beside them.
    """
    stopping.clear()
    async with _opened(worker_app()) as app:
        await rescue(app)
        # One that loses the database ends by itself; then the others end as well, and all are started again.
        await _together(
            [
                _work(app, queues, concurrency, wait)
                for queues in ([QUEUE, home_queue(), "builtin"], [PROMPT], [LONG])
            ],
            until=asyncio.FIRST_COMPLETED if wait else asyncio.ALL_COMPLETED,
        )


async def _together(parts: list[Coroutine[Any, Any, None]], *, until: str) -> None:
    """Run all until one (or each) has ended; the others are cancelled and waited for, also when this is cancelled itself."""
    running = [asyncio.create_task(part) for part in parts]
    try:
        ended, _ = await asyncio.wait(running, return_when=until)
        for task in ended:
            task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _work(app: App, queues: list[str], concurrency: int, wait: bool) -> None:
    await app.run_worker_async(
        queues=queues,
        name=queues[0],
        concurrency=concurrency,
        wait=wait,
        fetch_job_polling_interval=POLLING,
        abort_job_polling_interval=POLLING,
        shutdown_graceful_timeout=_GRACE,
        listen_notify=wait,
        delete_jobs="successful",
        stalled_worker_timeout=STALLED_AFTER,
        install_signal_handlers=False,  # the supervisor's process decides what a signal means
    )


def loops(stop: threading.Event) -> list[threading.Thread]:
    """Return a thread for each loop of the rooms; it ends soon after `stop` is set."""
    found = [import_module(name) for name in LOOPS if _exists(name)]
    return [threading.Thread(target=module.run, args=(stop,), name=module.__name__) for module in found]


def run_worker(stop: threading.Event, *, concurrency: int = 2) -> None:
    """Run a worker until `stop` is set, in an event loop of its own; one that fails is started again.

    For a thread or a process. Returns within about 10 s of `stop`: what still runs then is aborted, and put
    back by the next worker.
    """
    first, longest = _RESTARTS
    pause = first
    while not stop.is_set():
        try:
            asyncio.run(_until(stop, concurrency))
            pause = first
        except Exception as error:
            log.warning("the worker for background jobs failed, next try in %.0f s: %s", pause, error)
        if not stop.wait(pause):
            pause = min(2 * pause, longest)


async def _until(stop: threading.Event, concurrency: int) -> None:
    """Run a worker until `stop` is set or the worker ends by itself (its side tasks lost the database)."""
    running = asyncio.create_task(work(concurrency=concurrency))
    while not stop.is_set() and not running.done():
        await asyncio.wait([running], timeout=0.1)
    if not running.done():
        stopping.set()
        running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
