"""`ztc inspect cert`."""

from __future__ import annotations

import json
import resource
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.certificate_cases import CASES, leaf
from tests.certificates import FRONTEND, GOOD, INTERMEDIATE, NOW_TEXT, ROOT, Plan, chain, dump, make, secret
from tests.conftest import Golden, Ztc

PAGES = Path(__file__).parent.parent.parent / "docs" / "checks"
AT = ("--now", NOW_TEXT, "--color", "never")
POLICY = """
from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow, deny

web, shop = Namespace("web"), Namespace("shop")
http = HttpPort(8080)
frontend = Service("frontend", namespace=web, service_account="frontend", ports=[http])
admin = Service("admin", namespace=web, service_account="shared", ports=[http])
report = Service("report", namespace=web, service_account="shared", ports=[http])
orders = Service("orders", namespace=shop, service_account="orders", ports=[http])
policy = Policy(
    "shop",
    owns=[web, shop],
    services=[frontend, admin, report, orders],
    rules=[
        allow(frontend, to=orders.at(http), http=Http(methods=["GET"], paths=["/orders"]), because="it lists orders"),
    ],
)
"""
PAGE_CASES = {
    "ZT742": "two URI names",
    "ZT744": "port",
    "ZT745": "no key usage",
    "ZT746": "path too long",
    "ZT747": "signed by another key of that name",
    "ZT748": "stranger's CA",
    "ZT749": "expired",
    "ZT750": "not yet valid",
    "ZT751": "not rotated",
    "ZT752": "SHA-1",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a good chain, its CA and a policy."""
    (tmp_path / "cert.pem").write_text(chain(GOOD, INTERMEDIATE))
    (tmp_path / "root.pem").write_text(ROOT.pem)
    (tmp_path / "policies.py").write_text(POLICY)
    return tmp_path


def finding(text: str, code: str) -> str:
    """The first finding of a code as it stands in a report."""
    lines = text.split("\n")
    start = next(number for number, line in enumerate(lines) if f"[{code}]: " in line)
    return "\n".join(lines[start : lines.index("", start)]) + "\n"


def test_a_good_certificate_is_traced_to_its_ca(place: Path, ztc: Ztc) -> None:
    """Identity, links and the trusted CA, on stdout, in 80 columns, and exit code 0."""
    ended = ztc("inspect", "cert", "cert.pem", "--ca", "root.pem", *AT, cwd=place)
    assert (ended.code, ended.err) == (0, "")
    assert FRONTEND in ended.out
    assert "1 to 2        holds" in ended.out
    assert "2 to 3        holds" in ended.out
    assert "leads to      a trusted CA, of root.pem" in ended.out
    assert ended.out.endswith("ok: no findings\n")
    assert max(map(len, ended.out.splitlines())) <= 80


def test_the_same_in_json(place: Path, ztc: Ztc) -> None:
    """The document has its schema, the identity and the fingerprints of what was used."""
    ended = ztc("inspect", "cert", "cert.pem", "policies.py", "--ca", "root.pem", "-o", "json", *AT, cwd=place)
    said = json.loads(ended.out)
    (one,) = said["chains"]
    assert (said["schema"], said["findings"], one["trust"]) == ("ztdsl/certificate/v1", [], "trusted")
    assert one["identity"] == {
        "spiffeId": FRONTEND,
        "trustDomain": "cluster.local",
        "standing": "own",
        "namespace": "web",
        "serviceAccount": "frontend",
    }
    assert one["anchor"] == one["certificates"][-1]["sha256"]
    assert [link["holds"] for link in one["links"]] == [True, True]
    assert [(each["namespace"], each["name"]) for each in one["workloads"]] == [("web", "frontend")]
    assert [(each["callee"], each["ports"], each["declared"]["line"]) for each in one["reaches"]] == [
        ("shop/orders", [8080], 15)
    ]
    assert said["summary"] == {"errors": 0, "warnings": 0, "infos": 0}


def test_the_reference_lists_what_the_document_has(place: Path, ztc: Ztc) -> None:
    """Each property of the document stands in its section, and so do those of a certificate and a link."""
    said = json.loads(ztc("inspect", "cert", "cert.pem", "--ca", "root.pem", "-o", "json", *AT, cwd=place).out)
    section = (
        (PAGES.parent / "reference" / "formats.md").read_text().partition("## Certificate\n")[2].partition("\n## ")[0]
    )
    (one,) = said["chains"]
    names = {
        *said,
        *said["source"],
        *one,
        *one["identity"],
        *one["rotation"],
        *one["certificates"][0],
        *one["links"][0],
    }
    unlisted = {name for name in names if f"`{name}`" not in section and f"[].{name}`" not in section}
    assert unlisted == {"schema"}  # the first table of the page has it


def test_a_policy_says_which_workload_it_is_and_what_it_reaches(place: Path, ztc: Ztc) -> None:
    """The declaration and each rule with its line."""
    ended = ztc("inspect", "cert", "cert.pem", "policies.py", "--ca", "root.pem", *AT, cwd=place)
    assert ended.code == 0
    assert "Workload\n  web/frontend  policies.py:6\n" in ended.out
    assert "May reach\n  shop/orders:8080\n    allow  policies.py:15\n" in ended.out


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        (FRONTEND.replace("web", "shop"), "`web/frontend` has that service account, but in another namespace"),
        (FRONTEND + "d", "the nearest service account in namespace `web` is `frontend`"),
        (FRONTEND.replace("frontend", "x"), "the service accounts of namespace `web` are `frontend`, `shared`"),
        ("spiffe://cluster.local/ns/elsewhere/sa/x", "the policy declares no workload in namespace `elsewhere`"),
        ("spiffe://cluster.local/web", "its path has not Istio's form /ns/NAMESPACE/sa/ACCOUNT"),
        (FRONTEND.replace("cluster.local", "td2"), "`web/frontend` has that namespace and service account, but in"),
    ],
)
def test_an_identity_of_no_workload_names_the_nearest(uri: str, said: str, place: Path, ztc: Ztc) -> None:
    """A warning says what is wrong with it: namespace, service account, form or trust domain."""
    (place / "cert.pem").write_text(chain(leaf(uris=(uri,)), INTERMEDIATE))
    ended = ztc("inspect", "cert", "cert.pem", "policies.py", "--ca", "root.pem", *AT, cwd=place)
    assert said in " ".join(ended.out.split())
    assert "[ZT754]" in ended.out
    assert ended.code == (1 if "td2" in uri else 0)


def test_workloads_that_share_an_identity_are_all_named(place: Path, ztc: Ztc) -> None:
    """One service account of two services is one identity."""
    (place / "cert.pem").write_text(chain(leaf(uris=(FRONTEND.replace("frontend", "shared"),)), INTERMEDIATE))
    ended = ztc("inspect", "cert", "cert.pem", "policies.py", "--ca", "root.pem", *AT, cwd=place)
    assert "2 workloads share this identity; no rule tells them apart" in ended.out
    assert "  web/admin  policies.py:7\n  web/report  policies.py:8\n" in ended.out


def _secret_yaml() -> str:
    import yaml  # noqa: PLC0415 - for one case

    files = {"tls.crt": chain(GOOD, INTERMEDIATE), "ca.crt": ROOT.pem, "tls.key": GOOD.private}
    return yaml.safe_dump(json.loads(secret(files)))


FORMS: dict[str, tuple[Callable[[], bytes], str]] = {
    "PEM": (lambda: chain(GOOD, INTERMEDIATE).encode(), "PEM"),
    "PEM with text around": (lambda: b"Subject: a\n" + chain(GOOD, INTERMEDIATE).encode() + b"more\n", "PEM"),
    "PEM with CRLF": (lambda: chain(GOOD, INTERMEDIATE).replace("\n", "\r\n").encode(), "PEM"),
    "DER": (lambda: make(Plan(), ROOT).der, "DER"),
    "Secret in JSON": (
        lambda: secret({"cert-chain.pem": chain(GOOD, INTERMEDIATE), "root-cert.pem": ROOT.pem}).encode(),
        "Kubernetes Secret",
    ),
    "Secret in YAML": (lambda: _secret_yaml().encode(), "Kubernetes Secret"),
    "istioctl": (lambda: dump(chain(GOOD, INTERMEDIATE), ROOT.pem).encode(), "istioctl proxy-config secret"),
    "Envoy": (
        lambda: dump(chain(GOOD, INTERMEDIATE), ROOT.pem, is_snake=True).encode(),
        "istioctl proxy-config secret",
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read(form: str, place: Path, ztc: Ztc) -> None:
    """Each form gives the same identity and leads to the CA."""
    (place / "given").write_bytes(FORMS[form][0]())
    ended = ztc("inspect", "cert", "given", "--ca", "root.pem", "-o", "json", *AT, cwd=place)
    said = json.loads(ended.out)
    assert ended.code == 0
    assert said["source"]["form"] == FORMS[form][1]
    assert (said["chains"][0]["identity"]["spiffeId"], said["chains"][0]["trust"]) == (FRONTEND, "trusted")


@pytest.mark.parametrize("form", ["Secret in JSON", "istioctl"])
def test_cas_beside_a_certificate_are_used_and_called_no_proof(form: str, place: Path, ztc: Ztc) -> None:
    """Without --ca the input's own CA ends the chain, and the report says what that is worth."""
    (place / "given").write_bytes(FORMS[form][0]())
    ended = ztc("inspect", "cert", "given", *AT, cwd=place)
    assert ended.code == 0
    assert "a trusted CA, of the input itself, which proves nothing" in " ".join(ended.out.split())


@pytest.mark.parametrize(
    "text",
    [
        lambda: chain(GOOD, INTERMEDIATE) + GOOD.private,
        lambda: secret({"tls.crt": chain(GOOD, INTERMEDIATE), "tls.key": GOOD.private}),
        lambda: dump(chain(GOOD, INTERMEDIATE), ROOT.pem, GOOD.private),
    ],
    ids=["PEM", "Secret", "istioctl"],
)
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_private_key_is_told_of_and_never_shown(text: Callable[[], str], output: str, place: Path, ztc: Ztc) -> None:
    """One warning, and no line of the key anywhere, encoded or not."""
    (place / "given").write_text(text())
    ended = ztc("inspect", "cert", "given", "--ca", "root.pem", "-o", output, *AT, cwd=place)
    assert ended.code == 0
    assert "ZT741" in ended.out
    key = GOOD.private.splitlines()[1:-1]
    encoded = b64encode(GOOD.private.encode()).decode()
    assert not [line for line in [*key, encoded[40:80]] if line[:30] in ended.out + ended.err]


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n", "it is empty"),
    "garbage": (b"\x00\xff\x13 garbage", "it is of no form that is known here"),
    "prose": (b"hello: world\n", "it is of no form that is known here"),
    "bad base64": (b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", "certificate 1 is damaged"),
    "no certificate": (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1 is damaged"),
    "no end": (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "certificate 1 has no end"),
    "broken DER": (b"\x30\x82\x01\x00aaaa", "error parsing asn1 value"),
    "another block": (b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "no block in it is a certificate"),
    "a Secret without": (b'{"kind": "Secret", "data": {"a": "b"}}', "the Secret has no certificate in `tls.crt`"),
    "a Secret of no base64": (b'{"kind": "Secret", "data": {"tls.crt": "!"}}', "`tls.crt` is not base64"),
    "warming": (b'{"dynamicWarmingSecrets": [{"name": "a"}]}', "no secret in it has a certificate chain"),
    "many": (chain(*[GOOD] * 101).encode(), "it holds more than 100 certificates"),
    "huge": (b"-" * ((16 << 20) + 1), "it is larger than 16 MiB"),
    "deep": (b'{"kind": "Secret", "data": ' + b"[" * 5000, "it is neither YAML nor JSON"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_one_finding(name: str, place: Path, ztc: Ztc) -> None:
    """Exit code 2, nothing on stdout, the reason on stderr; from a file and from stdin."""
    data, reason = BROKEN[name]
    (place / "given").write_bytes(data)
    ended = ztc("inspect", "cert", "given", *AT, cwd=place)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error[ZT740]: `given` holds no certificate that can be read: ")
    assert reason in ended.err


def test_stdin_is_read(place: Path, ztc: Ztc) -> None:
    """`-` is stdin."""
    ended = ztc("inspect", "cert", "-", "--ca", "root.pem", *AT, cwd=place, stdin=chain(GOOD, INTERMEDIATE))
    assert ended.code == 0
    assert ended.out.startswith("<stdin>, PEM, looked at as of 2026-11-24T12:00:00Z\n")


def test_a_file_that_is_not_there_is_named(place: Path, ztc: Ztc) -> None:
    """As for every command."""
    ended = ztc("inspect", "cert", "missing.pem", cwd=place)
    assert ended.code == 2
    assert ended.err.startswith("error[ZT007]: `missing.pem` cannot be used: no such file or directory\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--now", "0001-01-01T00:00:00+14:00"], "`--now` takes an instant such as `2027-03-31T12:00:00Z`; not"),
        (["--now", "today"], "`--now` takes an instant such as `2027-03-31T12:00:00Z`; not `today`"),
        (["--now", "2026-11-24T12:00:00"], "`--now` takes an instant such as `2027-03-31T12:00:00Z`; not"),
        (["--client-cert", "a"], "a certificate is shown together with its key"),
        (["--ca", ""], "`--ca` is empty"),
    ],
)
def test_mistakes_in_flags_are_told(words: list[str], message: str, place: Path, ztc: Ztc) -> None:
    """An instant needs its offset, a certificate its key."""
    ended = ztc("inspect", "cert", "cert.pem", *words, cwd=place)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {message}")


@pytest.mark.parametrize("name", ["ZTC_NOW", "SOURCE_DATE_EPOCH"])
def test_the_instant_comes_from_the_environment_too(name: str, place: Path, ztc: Ztc) -> None:
    """The same answer on another day; a malformed variable is told."""
    values = {"ZTC_NOW": "2026-11-24T13:00:00+01:00", "SOURCE_DATE_EPOCH": "1795521600"}
    ended = ztc("inspect", "cert", "cert.pem", "--ca", "root.pem", cwd=place, env={name: values[name]})
    assert ended.out.splitlines()[0] == "cert.pem, PEM, looked at as of 2026-11-24T12:00:00Z"
    wrong = ztc("inspect", "cert", "cert.pem", cwd=place, env={name: "soon"})
    assert (wrong.code, wrong.err.startswith(f"error[ZT010]: {name} must be ")) == (2, True)


def test_the_mesh_of_the_configuration_decides_on_trust_domains(place: Path, ztc: Ztc) -> None:
    """Without a configuration and a policy nothing is compared; with one, a foreign trust domain is an error."""
    words = ("inspect", "cert", "cert.pem", "--ca", "root.pem", *AT)
    assert "no mesh is described" in ztc(*words, cwd=place).out
    (place / "ztc.toml").write_text('[meshes.prod]\ntrust_domain = "shop.example"\n')
    ended = ztc(*words, cwd=place)
    assert ended.code == 1
    assert "error[ZT753]: the trust domain `cluster.local` is none that mesh `prod` knows" in ended.out


@pytest.mark.parametrize(
    ("words", "code"), [((), 0), (("--strict",), 1), (("--fail-on", "never"), 0), (("--fail-on", "info"), 1)]
)
def test_warnings_fail_only_where_asked(words: tuple[str, ...], code: int, place: Path, ztc: Ztc) -> None:
    """A missed rotation is a warning."""
    (place / "cert.pem").write_text(CASES["not rotated"].text())
    assert ztc("inspect", "cert", "cert.pem", "--ca", "root.pem", *words, *AT, cwd=place).code == code


def test_a_policy_with_errors_is_said_instead(place: Path, ztc: Ztc) -> None:
    """Nothing is said of workloads that are not soundly declared."""
    (place / "policies.py").write_text(POLICY.replace("orders.at(http)", "orders.at(HttpPort(9000))"))
    ended = ztc("inspect", "cert", "cert.pem", "policies.py", *AT, cwd=place)
    assert (ended.code, ended.out) == (1, "")
    assert "error[ZT112]" in ended.err


@pytest.mark.parametrize("code", PAGE_CASES)
def test_the_page_of_a_code_shows_what_is_printed(code: str, place: Path, ztc: Ztc, golden: Golden) -> None:
    """The example of the page is the finding, to the letter."""
    (place / "cert.pem").write_text(CASES[PAGE_CASES[code]].text())
    shown = finding(ztc("inspect", "cert", "cert.pem", "--ca", "root.pem", *AT, cwd=place).out, code)
    _hold(code, shown, golden)


def test_the_pages_about_other_inputs_show_what_is_printed(place: Path, ztc: Ztc, golden: Golden) -> None:
    """An empty file, a key beside its certificate, a closed port, a foreign trust domain, an undeclared workload."""
    (place / "empty.pem").write_text("")
    (place / "both.pem").write_text(chain(GOOD, INTERMEDIATE) + GOOD.private)
    _hold("ZT740", finding(ztc("inspect", "cert", "empty.pem", *AT, cwd=place).err, "ZT740"), golden)
    _hold("ZT741", finding(ztc("inspect", "cert", "both.pem", *AT, cwd=place).out, "ZT741"), golden)
    closed = ztc("inspect", "cert", "127.0.0.1:1", *AT, cwd=place)
    assert closed.code == 3
    _hold("ZT743", finding(closed.err, "ZT743"), golden)
    stray = FRONTEND.replace("web", "shop")
    (place / "cert.pem").write_text(chain(leaf(uris=(stray,)), INTERMEDIATE))
    _hold("ZT754", finding(ztc("inspect", "cert", "cert.pem", "policies.py", *AT, cwd=place).out, "ZT754"), golden)
    (place / "ztc.toml").write_text('[meshes.prod]\ntrust_domain = "shop.example"\n')
    _hold("ZT753", finding(ztc("inspect", "cert", "cert.pem", *AT, cwd=place).out, "ZT753"), golden)


def _hold(code: str, shown: str, golden: Golden) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    before, _, rest = page.partition("```text\n")
    golden(PAGES / f"{code}.md", f"{before}```text\n{shown}```{rest.partition('```')[2]}")


def test_it_is_done_within_the_time(place: Path, cold_ztc: Ztc) -> None:
    """A process that has imported nothing answers within 400 ms of work; the best of several on a shared machine."""
    spent: list[float] = []
    for _ in range(5):
        start = _work_of_processes()
        assert cold_ztc("inspect", "cert", "cert.pem", "--ca", "root.pem", *AT, cwd=place).code == 0
        spent.append(_work_of_processes() - start)
    assert min(spent) < 0.4, spent


def _work_of_processes() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
