"""Every code that `ztc` can print: numbers are never reused, severities have no default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.diagnostics.model import Diagnostic, Label, Severity
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
INFO: Final = Severity.INFO


@dataclass(frozen=True, slots=True)
class Entry:
    """One code.

    Attributes:
        code: `ZT` and three digits.
        slug: its name in words, for links and for people.
        severity: how bad a finding of this code is.
        summary: what is wrong, in one line.
        since: the release that first had it.
        retired: the release that dropped it, or None.
    """

    code: str
    slug: str
    severity: Severity
    summary: str
    since: str = "0.1.0"
    retired: str | None = None


_ROWS: Final = (
    # The tool and the user's module
    Entry("ZT001", "internal-error", ERROR, "ztc reached a state that should be impossible"),
    Entry("ZT002", "syntax-error", ERROR, "the policy file is not valid Python"),
    Entry("ZT003", "policy-raised", ERROR, "the policy file raised an exception while it was loaded"),
    Entry("ZT004", "missing-import", ERROR, "the policy file imports a module that cannot be found"),
    Entry("ZT005", "no-policy", ERROR, "the file holds no policy to build"),
    Entry("ZT006", "several-policies", ERROR, "the file holds several policies and none was chosen"),
    Entry("ZT007", "unreadable-file", ERROR, "a file cannot be read as text"),
    Entry("ZT008", "policy-exited", ERROR, "the policy file ended the process while it was loaded"),
    Entry("ZT009", "circular-import", ERROR, "policy files import each other in a circle"),
    Entry("ZT010", "configuration-invalid", ERROR, "the configuration does not say what ztc can use"),
    Entry("ZT011", "unknown-mesh", ERROR, "the configuration has no mesh of that name, or none was chosen"),
    Entry("ZT012", "template-failed", ERROR, "a template does not render"),
    Entry("ZT013", "template-changes-manifests", ERROR, "a template's text says something else than the manifests"),
    Entry("ZT014", "foreign-file", ERROR, "a file in the output directory was not written by ztc"),
    Entry("ZT015", "output-not-written", ERROR, "the output could not be written"),
    Entry("ZT016", "acceptance-unused", WARNING, "an acceptance comment matches no finding"),
    Entry("ZT017", "acceptance-malformed", WARNING, "an acceptance comment lacks its reason or names no code"),
    Entry("ZT018", "nothing-owned", WARNING, "the policy owns nothing, so nothing is checked"),
    Entry("ZT021", "manifest-not-yaml", ERROR, "a file of manifests is neither YAML nor JSON"),
    Entry("ZT022", "manifest-out-of-bounds", ERROR, "a file is deeper, or unfolds to more, than any manifest"),
    Entry("ZT023", "duplicate-key", ERROR, "a manifest gives one key twice"),
    Entry("ZT024", "unknown-field", ERROR, "a manifest has a field that an API server drops without a word"),
    Entry("ZT025", "wrong-yaml-type", ERROR, "a value in a manifest is of another type than its field takes"),
    Entry("ZT026", "no-manifests", WARNING, "no manifest of Istio's security kinds was found"),
    Entry("ZT027", "namespace-assumed", WARNING, "a manifest names no namespace"),
    Entry("ZT028", "manifest-repeated", ERROR, "two manifests have one kind, namespace and name"),
    Entry("ZT029", "inventory-malformed", ERROR, "an inventory of workloads does not say what ztc can use"),
    Entry("ZT040", "refused-by-cluster", ERROR, "the API server or istiod refuses a manifest"),
    Entry("ZT041", "warned-by-cluster", WARNING, "istiod's webhook admits an object with a warning"),
    Entry("ZT050", "scenarios-malformed", ERROR, "a scenario file is not what ztc can read"),
    Entry("ZT051", "scenario-unclear", ERROR, "a scenario names something that is not there, or says too little"),
    # Declarations and references
    Entry("ZT101", "wrong-type", ERROR, "an argument is of a kind that does not fit"),
    Entry("ZT102", "missing-argument", ERROR, "a required argument is missing"),
    Entry("ZT103", "unknown-argument", ERROR, "an argument of that name does not exist"),
    Entry("ZT104", "malformed-name", ERROR, "a name is not one that Kubernetes takes"),
    Entry("ZT105", "malformed-label", ERROR, "a pod label is not one that Kubernetes and Istio take"),
    Entry("ZT106", "malformed-port", ERROR, "a port number is out of range"),
    Entry("ZT107", "proxy-port", ERROR, "a port belongs to the proxy and policies do not reach it"),
    Entry("ZT108", "duplicate-name", ERROR, "two declarations have one name"),
    Entry("ZT109", "overlapping-selectors", ERROR, "two services of one namespace select the same pods"),
    Entry("ZT110", "undeclared-service", ERROR, "a service of an owned namespace is not among the policy's"),
    Entry("ZT111", "undeclared-issuer", ERROR, "a rule's end user names no declared issuer"),
    Entry("ZT112", "undeclared-port", ERROR, "a rule targets a port that the service does not declare"),
    Entry("ZT113", "undeclared-claim", ERROR, "a test uses a claim that the issuer does not declare"),
    Entry("ZT114", "undeclared-claim-value", ERROR, "a claim is compared with a value that it does not declare"),
    Entry("ZT115", "undeclared-audience", ERROR, "an end user's audience is not one of the issuer's"),
    Entry("ZT116", "unmatchable-claim-type", ERROR, "a claim is of a type that Istio can never match"),
    Entry("ZT117", "malformed-spiffe-id", ERROR, "an identity is not a SPIFFE ID that Istio can match"),
    Entry("ZT118", "malformed-trust-domain", ERROR, "a trust domain's name is not a SPIFFE trust domain"),
    Entry("ZT119", "unknown-trust-domain", ERROR, "an identity's trust domain is not one that the mesh accepts"),
    Entry("ZT120", "malformed-host", ERROR, "a host is not a host name, or not one that Istio matches"),
    Entry("ZT121", "malformed-path", ERROR, "a path is not one that a request can have"),
    Entry("ZT122", "malformed-method", ERROR, "a method is not one that Envoy passes to policies"),
    Entry("ZT123", "malformed-address", ERROR, "an address block is not an IP address or a CIDR"),
    Entry("ZT124", "malformed-uri", ERROR, "a URI is not one that Istio can use"),
    Entry("ZT125", "insecure-key-uri", ERROR, "an issuer's keys would be fetched over plain HTTP"),
    Entry("ZT126", "issuer-without-audiences", ERROR, "an issuer accepts tokens made for any audience"),
    Entry("ZT127", "malformed-header", ERROR, "a header's name or value is not one that a request can have"),
    Entry("ZT128", "malformed-key-set", ERROR, "an issuer's keys are missing, given twice, private or not a JWK set"),
    Entry("ZT129", "protocol-mismatch", ERROR, "a rule's kind does not fit the protocol of its port"),
    Entry("ZT130", "shared-identity", ERROR, "a rule names one of several services that share an identity"),
    Entry("ZT131", "empty-list", ERROR, "a list that must name something is empty"),
    Entry("ZT132", "malformed-claim", ERROR, "a claim's name, value or test is not one that Istio can match"),
    Entry("ZT133", "malformed-grpc-name", ERROR, "a gRPC service or method name is malformed"),
    Entry("ZT134", "malformed-server-name", ERROR, "a server name (SNI) is not one that Envoy can see"),
    Entry("ZT135", "malformed-token-location", ERROR, "a place to look for tokens is malformed or given twice"),
    Entry("ZT136", "missing-reason", ERROR, "a rule has no reason"),
    Entry("ZT137", "conflicting-callers", ERROR, "callers or requests of a rule contradict each other"),
    Entry("ZT138", "never-matches", ERROR, "a request pattern contradicts itself and can never match"),
    # About ownership and composition
    Entry("ZT139", "logged-twice", ERROR, "a workload or namespace has two access logs of one provider"),
    Entry("ZT140", "malformed-provider", ERROR, "the name of a log's provider is malformed"),
    Entry("ZT141", "audit-not-logged", WARNING, "an `audit` rule marks requests where the policy declares no log"),
    Entry("ZT201", "not-owned", ERROR, "a rule is about a workload that its policy does not own"),
    Entry("ZT202", "owned-twice", ERROR, "two parts of a policy own the same namespace or service"),
    Entry("ZT203", "root-namespace", ERROR, "a policy would place objects in the mesh's root namespace"),
    Entry("ZT204", "cycle-of-parts", ERROR, "a policy is a part of itself"),
    # What means something else than it seems
    Entry("ZT301", "path-near-miss", WARNING, "a denied or excepted path leaves its neighbours open"),
    Entry("ZT302", "path-evaded", WARNING, "a denied or excepted path has spellings that Istio does not fold"),
    Entry("ZT303", "source-address-at-gateway", ERROR, "a gateway sees the address of the hop before it"),
    Entry("ZT304", "client-address-at-sidecar", ERROR, "a sidecar believes a client address that any caller can forge"),
    Entry("ZT305", "client-address-unknown", ERROR, "a gateway is not told how many trusted proxies it has"),
    Entry("ZT306", "identity-without-mtls", ERROR, "plaintext callers escape a rule that tests identities"),
    Entry("ZT307", "star-is-literal", ERROR, "a star stands where Istio reads it as a literal character"),
    Entry("ZT308", "path-template", ERROR, "a path template is one that Istio or Envoy does not take"),
    Entry("ZT309", "double-star-misses", ERROR, "a `{**}` template misses a path that it seems to cover"),
    Entry("ZT310", "path-never-matches", ERROR, "a path can never match what Envoy compares"),
    Entry("ZT311", "grpc-request", ERROR, "a request pattern can never match a gRPC call"),
    Entry("ZT312", "prefix-without-slash", ERROR, "a prefix without a slash before its star takes in more"),
    Entry("ZT313", "host-evaded-by-port", ERROR, "a denied or excepted host pattern is evaded by naming a port"),
    Entry("ZT314", "space-in-scope", ERROR, "a value with a space is tested on a claim that is split at spaces"),
    Entry("ZT315", "server-name-at-sidecar", ERROR, "a sidecar sees Istio's internal server name, not the client's"),
    Entry("ZT316", "cluster-local-is-ours", ERROR, "Istio reads the trust domain cluster.local as the mesh's own"),
    Entry("ZT317", "token-left-out", WARNING, "denied end users get in by leaving their token out"),
    Entry("ZT318", "header-taken-by-token", WARNING, "a header is changed with the token before rules compare it"),
    Entry("ZT320", "token-not-required", WARNING, "tokens are verified and nothing requires one"),
    Entry("ZT321", "token-without-authentication", WARNING, "a rule tests tokens that nothing verifies"),
    Entry("ZT322", "issuer-not-configured", WARNING, "a rule names an issuer whose tokens are not accepted there"),
    Entry("ZT323", "anonymous-admitted", WARNING, "a rule that leaves out end users admits those without a token"),
    Entry("ZT324", "only-deny", WARNING, "only DENY policies apply, and what they do not name is open to everyone"),
    Entry("ZT325", "open-to-everyone", WARNING, "an ALLOW rule without any test lets everyone in"),
    Entry("ZT326", "allows-nothing", WARNING, "a policy that is named for what it lets in has no rules"),
    Entry("ZT327", "extra-dash", WARNING, "`from` and `to` stand in two rules, so that either is enough"),
    Entry("ZT328", "deny-on-tcp", WARNING, "a DENY rule about HTTP denies connections to a TCP port"),
    Entry("ZT329", "http-on-tcp", WARNING, "an ALLOW rule about HTTP is for a TCP port and is left out there"),
    Entry("ZT330", "target-reference", WARNING, "a target reference attaches an object to nothing"),
    Entry("ZT331", "selects-nothing", WARNING, "a selector matches no workload of the inventory"),
    Entry("ZT332", "peer-selector-in-root", WARNING, "a PeerAuthentication of the root namespace has a selector"),
    Entry("ZT333", "competing-peers", WARNING, "PeerAuthentications compete for the same workloads"),
    Entry("ZT334", "service-port", WARNING, "a port is the Service's, where the container's is compared"),
    Entry("ZT335", "principal-shape", WARNING, "a principal is not one that Istio gives to a workload"),
    Entry("ZT336", "foreign-trust-domain", WARNING, "a rule names a trust domain that the mesh does not accept"),
    Entry("ZT337", "account-in-root", WARNING, "a service account without a namespace stands in the root namespace"),
    Entry("ZT338", "method-case", WARNING, "a method in lower case never matches"),
    Entry("ZT339", "request-principal-shape", WARNING, "a request principal can never match"),
    Entry("ZT340", "any-audience", INFO, "tokens that were made for other services are accepted"),
    Entry("ZT341", "any-issuer", WARNING, "tokens of every issuer are accepted whose key is in the key set"),
    Entry("ZT342", "keys-over-http", WARNING, "the keys of an issuer are fetched over plain HTTP"),
    Entry("ZT343", "bearer-not-read", WARNING, "the usual Authorization header holds no token for a rule"),
    Entry("ZT345", "no-keys", WARNING, "nothing says where the keys of an issuer are"),
    Entry("ZT346", "only-tried", INFO, "the only ALLOW policy of a workload is a dry run"),
    Entry("ZT347", "condition-key", WARNING, "Istio cannot read the brackets of a condition's key"),
    Entry("ZT348", "server-name-case", WARNING, "a server name with capitals never matches"),
    Entry("ZT349", "trust-domain-path", WARNING, "a trust domain in a condition has a slash"),
    Entry("ZT350", "several-providers", WARNING, "two external authorizers are for the same workloads"),
    Entry("ZT351", "http-at-ztunnel", WARNING, "a policy tests HTTP where ztunnel sees connections only"),
    Entry("ZT352", "unseen-by-ztunnel", WARNING, "ztunnel passes over a test of connections that sidecars make"),
    Entry("ZT353", "waypoint-not-covered", WARNING, "a default deny does not reach a waypoint"),
    Entry("ZT354", "selector-in-root", INFO, "a selector in the root namespace selects workloads elsewhere, too"),
    Entry("ZT355", "any-trust-domain", INFO, "a rule takes in the same names of a federated trust domain"),
    Entry("ZT356", "trust-domain-widened", WARNING, "a principal takes in an alias that its star does not name"),
    Entry("ZT357", "audiences-added", WARNING, "audiences are narrowed that a wider object accepts anyway"),
    Entry("ZT358", "keys-behind-mtls", WARNING, "istiod cannot fetch keys where mutual TLS is required"),
    Entry("ZT359", "action-at-ztunnel", WARNING, "a policy has an action that ztunnel does not know"),
    # About weakenings
    Entry("ZT401", "weakening-expired", WARNING, "a weakening is past its end date"),
    Entry("ZT402", "weakening-unexplained", ERROR, "a weakening has no reason or no end date"),
    Entry("ZT403", "weakening-without-effect", WARNING, "a weakening changes nothing where it stands"),
    # About whole-policy analysis
    Entry("ZT501", "repeated-rule", WARNING, "a rule repeats another"),
    # About target version and limits
    Entry("ZT601", "data-plane-unsupported", ERROR, "the mesh's data plane is not one that ztc renders for"),
    Entry("ZT602", "istio-version-unsupported", ERROR, "the mesh's Istio version is not one that ztc renders for"),
    Entry("ZT603", "too-large", ERROR, "an object would be larger than the cluster takes and cannot be split"),
    Entry("ZT604", "needs-newer-istio", ERROR, "a construct needs a newer Istio than the mesh's"),
    Entry("ZT605", "log-provider-missing", WARNING, "the mesh configuration lacks the provider of an access log"),
    Entry("ZT606", "log-format-lacks", WARNING, "the format of an access log lacks what names a rule"),
    # The live cluster
    Entry("ZT701", "kubectl-missing", ERROR, "kubectl, which reads the cluster, cannot be started"),
    Entry("ZT702", "no-context", ERROR, "no cluster is chosen, or the kubeconfig does not lead to one"),
    Entry("ZT703", "cluster-unreachable", ERROR, "the API server cannot be reached"),
    Entry("ZT704", "cluster-slow", ERROR, "the API server does not answer in time"),
    Entry("ZT705", "not-logged-in", ERROR, "the cluster does not accept the credentials"),
    Entry("ZT706", "access-forbidden", ERROR, "the user may not list what has to be read"),
    Entry("ZT707", "kinds-not-installed", ERROR, "the cluster does not know a kind that has to be read"),
    Entry("ZT708", "answer-malformed", ERROR, "the answer is not a whole list"),
    Entry("ZT709", "server-failing", ERROR, "the API server is overloaded or failing"),
    Entry("ZT710", "list-not-steady", ERROR, "a list changed faster than it could be read"),
    Entry("ZT711", "live-object-unreadable", ERROR, "the cluster holds an object that Istio cannot read"),
    Entry("ZT712", "server-not-trusted", ERROR, "the connection to the API server is not one to trust"),
    Entry("ZT713", "flag-malformed", ERROR, "a flag that chooses what to read is malformed"),
    Entry("ZT714", "kubectl-failed", ERROR, "kubectl failed for a reason of its own"),
    Entry("ZT715", "apply-refused", ERROR, "the API server or its admission would refuse the object"),
    Entry("ZT716", "apply-forbidden", ERROR, "the user may not send the object as a dry run"),
    Entry("ZT717", "apply-conflict", WARNING, "another manager has set fields that applying would change"),
    Entry("ZT718", "admission-unknown", WARNING, "what admission says of the object cannot be known yet"),
    Entry("ZT719", "server-warning", WARNING, "the API server accepts the object with a warning"),
    Entry("ZT730", "claimed-by-another-policy", ERROR, "another policy has an object of this name in the cluster"),
    Entry("ZT731", "policy-name-in-use", ERROR, "objects of this policy's name stand where it declares nothing"),
    Entry("ZT732", "base-unusable", ERROR, "what is to be compared with cannot be had, or has errors"),
    Entry("ZT733", "external-diff-failed", ERROR, "the program of KUBECTL_EXTERNAL_DIFF failed"),
    Entry("ZT734", "namespace-without-objects", WARNING, "a namespace is named in which there is nothing to compare"),
    # Certificates of workloads
    Entry("ZT740", "certificate-unreadable", ERROR, "there is no certificate that can be read"),
    Entry("ZT741", "private-key-given", WARNING, "a private key stands beside the certificates"),
    Entry("ZT742", "not-one-uri-name", ERROR, "a workload's certificate has no URI name, or several"),
    Entry("ZT743", "no-certificate-shown", ERROR, "a TLS server cannot be reached, or shows no certificate"),
    Entry("ZT744", "spiffe-id-malformed", ERROR, "the URI name of a certificate is no SPIFFE ID"),
    Entry("ZT745", "unfit-as-workload", ERROR, "a certificate may not stand for a workload"),
    Entry("ZT746", "unfit-as-issuer", ERROR, "a certificate in the chain may not have issued the one below it"),
    Entry("ZT747", "chain-broken", ERROR, "a certificate in the chain was not signed by the one above it"),
    Entry("ZT748", "untrusted-authority", ERROR, "the chain leads to none of the CAs that are trusted"),
    Entry("ZT749", "certificate-expired", ERROR, "a certificate of the chain has expired"),
    Entry("ZT750", "certificate-not-yet-valid", ERROR, "a certificate of the chain is not valid yet"),
    Entry("ZT751", "rotation-overdue", WARNING, "a workload's certificate should have been replaced"),
    Entry("ZT752", "weak-cryptography", ERROR, "a certificate has a key or a signature that is too weak"),
    Entry("ZT753", "foreign-trust-domain", ERROR, "the identity is of a trust domain that the mesh does not know"),
    Entry("ZT754", "identity-of-no-workload", WARNING, "the identity belongs to no workload that the policy declares"),
    # Tokens
    Entry("ZT755", "token-unreadable", ERROR, "a token has not the form of one that a proxy accepts"),
    Entry("ZT756", "token-not-signed", ERROR, "a token's algorithm is `none`, or one that no proxy accepts"),
    Entry("ZT757", "token-key-unknown", ERROR, "the issuer has no key of the name and algorithm that a token names"),
    Entry("ZT758", "token-signature-wrong", ERROR, "no key of the issuer made a token's signature"),
    Entry("ZT759", "token-issuer-unknown", ERROR, "a token's issuer is none of those that are declared"),
    Entry("ZT760", "token-audience-wrong", ERROR, "a token is for another audience than those that are accepted"),
    Entry("ZT761", "token-expired", ERROR, "a token is no longer valid"),
    Entry("ZT762", "token-not-yet-valid", ERROR, "a token is not valid yet"),
    Entry("ZT763", "token-keys-missing", WARNING, "a token's signature cannot be checked, for its keys are not here"),
    Entry("ZT764", "token-unusual", WARNING, "a proxy accepts of a token what other verifiers refuse"),
    Entry("ZT765", "claim-never-matches", WARNING, "a rule tests a claim that is no string in a token"),
    Entry("ZT766", "principal-unusual", WARNING, "a token yields no request principal, or one that is hard to match"),
    Entry("ZT767", "several-tokens", WARNING, "a request carries several tokens"),
    Entry("ZT768", "token-not-taken", WARNING, "a request carries a token where no rule looks for one"),
    Entry("ZT769", "request-too-large", ERROR, "the head of a request is larger than a proxy takes"),
    # Keys of issuers
    Entry("ZT770", "private-key-published", ERROR, "a key set holds the private part of a key"),
    Entry("ZT771", "symmetric-key", ERROR, "a key set holds a key that signs what it verifies"),
    Entry("ZT772", "no-key-set", ERROR, "what should be a JWK set is none"),
    Entry("ZT773", "key-passed-over", WARNING, "the proxy cannot use a key of the set"),
    Entry("ZT774", "no-usable-key", ERROR, "the proxy cannot use any key of the set"),
    Entry("ZT775", "weak-key", ERROR, "a key of the set is too short"),
    Entry("ZT776", "key-purpose-ignored", WARNING, "a key verifies tokens that by the set is not for that"),
    Entry("ZT777", "key-name-unclear", WARNING, "keys of a set share a name, or one of several has none"),
    Entry("ZT778", "key-server-unsafe", WARNING, "istiod cannot fetch keys from an address, or not safely"),
    Entry("ZT779", "key-server-unfit", WARNING, "a key server is slow, its set is large, or caches keep it for long"),
    Entry("ZT780", "keys-not-fetched", ERROR, "a key set cannot be fetched, or not from a server to trust"),
    Entry("ZT781", "unsafe-rotation", ERROR, "a change of keys would have tokens refused that are good"),
    Entry("ZT782", "key-name-reused", ERROR, "a name means another key than before"),
    Entry("ZT783", "vendored-keys-changed", ERROR, "a file of keys is not what `ztc keys vendor` wrote for the issuer"),
    Entry("ZT784", "vendored-keys-expired", WARNING, "vendored keys are past the day until which they were to be used"),
    # Logs
    Entry("ZT785", "log-unreadable", ERROR, "a log is cut off, damaged, or none that ztc knows"),
    Entry("ZT787", "grant-unused", WARNING, "nobody used a grant in the time that a log covers"),
    Entry("ZT788", "new-version-refuses", ERROR, "a new version would refuse what a log says was let in"),
    Entry("ZT789", "log-disagrees", WARNING, "a log says the opposite of the policies"),
)

CATALOGUE: Final[dict[str, Entry]] = {entry.code: entry for entry in _ROWS}


def diagnostic(
    code: str,
    message: str,
    primary: Label | None,
    *,
    related: Sequence[Label] = (),
    notes: Sequence[str] = (),
    help: Sequence[str] = (),  # noqa: A002 - the word that reports print
) -> Diagnostic:
    """A finding of `code` with the catalogue's severity."""
    return Diagnostic(code, CATALOGUE[code].severity, message, primary, tuple(related), tuple(notes), tuple(help))
