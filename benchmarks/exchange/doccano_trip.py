"""Takes a JSONL file into doccano and out again, by its programming interface; run by doccano's own Python.

Arguments: an empty folder for doccano's data, the file to take in, and the file to write what doccano exports to. The
interface is asked within this process, and what doccano leaves to its task queue is done at once.
"""

import json
import os
import sys
import zipfile
from pathlib import Path

home, source, target = (Path(argument) for argument in sys.argv[1:4])
home.mkdir(parents=True, exist_ok=True)
os.environ["DOCCANO_HOME"] = str(home)
os.environ["MEDIA_ROOT"] = str(home / "media")
os.environ["DATABASE_URL"] = f"sqlite:///{home / 'db.sqlite3'}"
os.environ["STANDALONE"] = "True"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.production"

import backend  # noqa: E402

sys.path.insert(0, str(Path(backend.__file__).parent))

import django  # noqa: E402

django.setup()

from config.celery import app  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core import management  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

app.conf.update(task_always_eager=True, task_store_eager_result=True, task_eager_propagates=True)
management.call_command("migrate", verbosity=0)
management.call_command("create_roles", verbosity=0)
user = get_user_model().objects.create_superuser("admin", "admin@example.org", None)
client = APIClient()
client.force_authenticate(user)


def ask(method: str, path: str, body: object = None, form: bool = False):
    """The answer of a request that has to succeed."""
    answer = getattr(client, method)(path, body, format="multipart" if form else "json")
    if answer.status_code >= 400:
        raise SystemExit(f"{method} {path}: {answer.status_code} {answer.content[:500]!r}")
    return answer


project = ask(
    "post",
    "/v1/projects",
    {
        "name": "Exchange",
        "description": "Exchange",
        "project_type": "DocumentClassification",
        "resourcetype": "TextClassificationProject",
        "collaborative_annotation": True,
        "single_class_classification": False,
    },
).json()["id"]
upload = ask(
    "post",
    "/v1/fp/process/",
    {"filepond": SimpleUploadedFile("round.jsonl", source.read_bytes())},
    form=True,
).content.decode()
task = ask(
    "post",
    f"/v1/projects/{project}/upload",
    {"format": "JSONL", "task": "DocumentClassification", "uploadIds": [upload], "encoding": "utf_8", "column_data": "text", "column_label": "label"},
).json()["task_id"]
errors = app.AsyncResult(task).result["error"]
if errors:
    raise SystemExit(json.dumps(errors)[:2000])
task = ask("post", f"/v1/projects/{project}/download", {"format": "JSONL", "exportApproved": False}).json()["task_id"]
archive = app.AsyncResult(task).result
with zipfile.ZipFile(archive) as content:
    target.write_bytes(content.read("all.jsonl"))
