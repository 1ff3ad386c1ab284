"""Many exports to orders, side by side, one task a stage: `ehr-runner` does the work, Airflow says when.

Each export in the folder `exports` gets an order of its name in the folder `orders`. A stage that fails because the world
failed (a file, a network, a database: status 5) is tried again, and goes on where it stopped, since an order keeps what was
done. One that fails because of the rules or the data (status 1 to 4) is not: trying again would not mend it. An order that
fails does not hold up the others.
"""

import json
import os
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from airflow.exceptions import AirflowException, AirflowFailException
from airflow.sdk import Param, dag, get_current_context, task, task_group

# The stages that are worth a task of their own; `ehr-runner run --help` names them all.
STAGES = ["detect", "assess", "categorize", "convert", "verify", "import"]
# What would say for every stage what is meant for one.
OURS = ["EHR_INPUT", "EHR_OUT", "EHR_TARGET", "EHR_TO", "EHR_UNTIL"]


def call(*arguments: str) -> dict:
    """Runs `ehr-runner` without a shell, and gives its answer; secrets come to it by the environment."""
    program = os.environ.get("EHR_RUNNER", "ehr-runner")
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run([program, "--format", "json", *arguments], env=environment, capture_output=True, text=True)
    print(done.stderr, end="")
    answer = json.loads(done.stdout) if done.stdout.strip() else {}
    if done.returncode == 0:
        return answer
    said = f"status {done.returncode}: {answer.get('error', {}).get('message', answer.get('status', 'no answer'))}"
    if done.returncode in (1, 2, 3, 4):
        raise AirflowFailException(said)
    raise AirflowException(said)


def go(export: str, stage: str) -> dict:
    """Brings the order of an export up to a stage. Asked for again, it does nothing that is done."""
    params = get_current_context()["params"]
    order = Path(params["orders"]) / Path(export).name
    to = ["--to", params["to"]] if stage == "import" else []
    if (order / "order.json").is_file():
        answer = call("resume", str(order), "--until", stage, *to)
    else:
        today = ["--today", params["today"]] if params["today"] else []
        answer = call("run", export, "--target", params["target"], "--out", str(order), "--until", stage, *today, *to)
    return {"order": str(order), "stage": stage, "status": answer["status"], "id": answer["id"]}


def step(stage: str):
    """The task that does one stage."""

    @task(task_id=stage, retries=3, retry_delay=timedelta(seconds=10), retry_exponential_backoff=True)
    def done(export: str, after: dict | None = None) -> dict:
        return go(export, stage)

    return done


@dag(
    dag_id="ehr_orders",
    schedule=None,
    start_date=datetime(2024, 1, 1),
    catchup=False,
    # How many stages of all orders are at work at once.
    max_active_tasks=int(os.environ.get("EHR_AT_ONCE", "4")),
    params={
        "exports": Param(os.environ.get("EHR_EXPORTS", "exports"), type="string"),
        "orders": Param(os.environ.get("EHR_ORDERS", "orders"), type="string"),
        "target": Param(os.environ.get("EHR_TARGET", "omop-5.4"), type="string"),
        "to": Param(os.environ.get("EHR_TO", ""), type="string", description="a database; empty: orders are not loaded"),
        "today": Param(os.environ.get("EHR_TODAY", ""), type="string", description="what today() gives in the rules; empty: that day"),
    },
)
def ehr_orders():
    @task
    def exports() -> list[str]:
        """What is there to convert: every file and folder that is not hidden."""
        params = get_current_context()["params"]
        Path(params["orders"]).mkdir(parents=True, exist_ok=True)
        found = sorted(path for path in Path(params["exports"]).iterdir() if not path.name.startswith("."))
        return [str(path) for path in found]

    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def is_loaded(after: dict) -> bool:
        """Whether orders go into a database."""
        return bool(get_current_context()["params"]["to"])

    @task_group
    def order(export: str):
        last = None
        for stage in STAGES[:-1]:
            last = step(stage)(export, last)
        loaded = step(STAGES[-1])(export, last)
        is_loaded(last) >> loaded

    order.expand(export=exports())


ehr_orders()
