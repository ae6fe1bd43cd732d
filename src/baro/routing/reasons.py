"""The closed list of reasons, each a code and the values that its sentence needs.

A reason is data: `report.messages.routing_en` and `routing_ko` say it in words.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Code(StrEnum):
    """Why something is routed as it is. The value is what `json` prints."""

    # What led to the answer.
    EXACT_PATH = "exact-path"
    LONGEST_PREFIX = "longest-prefix"
    FIRST_REGEX = "first-regex"
    REGEX_MODE = "regex-mode"
    REWRITTEN = "rewritten"
    HOST_DEFAULT = "host-default"
    NOTHING_MATCHES = "nothing-matches"
    NOTHING_HOSTLESS = "nothing-hostless"
    HOST_UNKNOWN = "host-unknown"
    HOST_OUTSIDE = "host-outside"
    HOST_NOT_KNOWN = "host-not-known"
    HOST_WILDCARD = "host-wildcard"
    HOST_ALIAS = "host-alias"
    SLASH_REDIRECT = "slash-redirect"
    HTTPS_REDIRECT = "https-redirect"
    HTTPS_FORCED = "https-forced"
    APP_ROOT = "app-root"
    REDIRECT_ANNOTATION = "redirect-annotation"
    REWRITE_TO_URL = "rewrite-to-url"
    WWW_REDIRECT = "www-redirect"
    CANARY_CHOSEN = "canary-chosen"
    CANARY_BY_CHANCE = "canary-by-chance"
    SERVICE_MISSING = "service-missing"
    SERVICE_PORT_MISSING = "service-port-missing"
    SERVICE_UNREADY = "service-unready"
    FALLBACK_SERVICE = "fallback-service"
    CONTROLLER_ITSELF = "controller-itself"
    BAD_REQUEST = "bad-request"
    EMPTY_REWRITE = "empty-rewrite"
    LOCATION_DENIED = "location-denied"
    CORS_PREFLIGHT = "cors-preflight"
    ERROR_PAGE = "error-page"
    ERRORS_REPLACED = "errors-replaced"
    TLS_PASSED_THROUGH = "tls-passed-through"
    # Why another Ingress does not answer.
    LONGER_PATH_WINS = "longer-path-wins"
    EXACT_PATH_WINS = "exact-path-wins"
    EARLIER_REGEX_WINS = "earlier-regex-wins"
    EARLIER_TWIN_WINS = "earlier-twin-wins"
    REGEX_IS_LITERAL = "regex-is-literal"
    NEEDS_SLASH = "needs-slash"
    OLDER_DUPLICATE = "older-duplicate"
    OTHER_HOST_WINS = "other-host-wins"
    ALIAS_TAKEN = "alias-taken"
    CANARY_NOT_CHOSEN = "canary-not-chosen"
    CANARY_WITHOUT_TWIN = "canary-without-twin"
    CANARY_SECOND = "canary-second"
    SERVICE_IS_CANARY = "service-is-canary"
    RESOURCE_BACKEND = "resource-backend"
    CLASS_OTHER = "class-other"
    CLASS_UNKNOWN = "class-unknown"
    CLASS_ANNOTATION_OTHER = "class-annotation-other"
    CLASS_NONE = "class-none"
    CLASS_NONE_DEFAULT = "class-none-default"
    NAMESPACE_NOT_WATCHED = "namespace-not-watched"
    CATCH_ALL_DISABLED = "catch-all-disabled"
    INSPECTION_FAILED = "inspection-failed"
    ANNOTATION_REFUSED = "annotation-refused"
    ANNOTATION_RISKY = "annotation-risky"
    ANNOTATION_BLOCKED = "annotation-blocked"
    API_SERVER_REFUSES = "api-server-refuses"
    # Annotations without effect.
    VALUE_DROPPED = "value-dropped"
    VALUE_NOT_BOOLEAN = "value-not-boolean"
    ANNOTATION_UNKNOWN = "annotation-unknown"
    ANNOTATION_FOREIGN = "annotation-foreign"
    SNIPPET_IGNORED = "snippet-ignored"
    IGNORED_ON_CANARY = "ignored-on-canary"
    CANARY_NOT_ENABLED = "canary-not-enabled"
    PREFIX_NEEDS_REWRITE = "prefix-needs-rewrite"
    # What bears on certainty.
    CLASS_ASSUMED = "class-assumed"
    CLASS_BY_DEFAULT = "class-by-default"
    CLASS_DEFAULTS_OPEN = "class-defaults-open"
    GUARDED = "guarded"
    SNIPPET_NOT_READ = "snippet-not-read"
    REGEX_NOT_IMITATED = "regex-not-imitated"
    VARIABLE_NOT_IMITATED = "variable-not-imitated"
    VERSION_NOT_IMITATED = "version-not-imitated"
    AGES_NOT_EXHAUSTED = "ages-not-exhausted"
    CERTIFICATE_NAMES = "certificate-names"
    IF_CREATED_TOGETHER = "if-created-together"
    IF_OLDER = "if-older"
    IF_CANARY = "if-canary"
    IF_CONTROLLER = "if-controller"
    SEVERAL_CONTROLLERS = "several-controllers"
    IF_MATCHES = "if-matches"
    IF_NOT_MATCHES = "if-not-matches"
    # Why the whole configuration is refused.
    DUPLICATE_LOCATION = "duplicate-location"
    BAD_REGEX = "bad-regex"
    UNKNOWN_VARIABLE = "unknown-variable"
    UNQUOTABLE_PATH = "unquotable-path"
    BAD_SERVER_NAME = "bad-server-name"
    # Gateway API: what led to the answer.
    LISTENER_TAKES = "listener-takes"
    LISTENER_MISSING = "listener-missing"
    LISTENER_HOST_MISSING = "listener-host-missing"
    MATCH_FOUND = "match-found"
    NO_MATCH = "no-match"
    REDIRECT_FILTER = "redirect-filter"
    REWRITE_FILTER = "rewrite-filter"
    BACKENDS_MISSING = "backends-missing"
    BACKEND_REFUSED = "backend-refused"
    BACKEND_SHARE = "backend-share"
    # Gateway API: why another route does not answer.
    MATCH_BEATEN = "match-beaten"
    HOST_BEATEN = "host-beaten"
    LISTENER_ISOLATED = "listener-isolated"
    GATEWAY_MISSING = "gateway-missing"
    PARENT_FOREIGN = "parent-foreign"
    PARENT_UNMATCHED = "parent-unmatched"
    LISTENERS_FORBID = "listeners-forbid"
    LISTENER_HOSTS_DIFFER = "listener-hosts-differ"
    LISTENER_UNUSABLE = "listener-unusable"
    # Gateway API: what the specification or the objects leave open.
    AGES_UNKNOWN = "ages-unknown"
    GATEWAY_ASSUMED = "gateway-assumed"
    GATEWAY_OPEN = "gateway-open"
    NAMESPACE_LABELS_UNSEEN = "namespace-labels-unseen"
    REGEX_RANK_OPEN = "regex-rank-open"
    HOST_FALL_THROUGH_OPEN = "host-fall-through-open"
    ISOLATION_OPEN = "isolation-open"
    NORMALISING_OPEN = "normalising-open"
    FILTER_NOT_IMITATED = "filter-not-imitated"
    BACKEND_KIND_NOT_IMITATED = "backend-kind-not-imitated"
    # Other controllers.
    RULE_TAKES = "rule-takes"
    RULE_BEATEN = "rule-beaten"
    PREFIX_BY_CHARACTER = "prefix-by-character"
    RULES_TIE = "rules-tie"
    SETTING_NOT_IMITATED = "setting-not-imitated"
    OBJECT_NOT_IMITATED = "object-not-imitated"
    PATH_REFUSED = "path-refused"
    SEPARATE_BALANCER = "separate-balancer"
    PATH_STRIPPED = "path-stripped"
    # What a move to Gateway API changes.
    REWRITE_WITHOUT_GROUPS = "rewrite-without-groups"
    REWRITE_BY_PREFIX = "rewrite-by-prefix"
    ANNOTATION_WITHOUT_EQUIVALENT = "annotation-without-equivalent"
    DUPLICATES_SHARE = "duplicates-share"
    LONGEST_REGEX_LOST = "longest-regex-lost"
    DEFAULT_BACKEND_SPREADS = "default-backend-spreads"


REASONS: Mapping[Code, tuple[str, ...]] = {
    Code.EXACT_PATH: ("path",),
    Code.LONGEST_PREFIX: ("path",),
    Code.FIRST_REGEX: ("head",),
    Code.REGEX_MODE: ("host", "ingress"),
    Code.REWRITTEN: ("target", "upstream"),
    Code.HOST_DEFAULT: ("host", "ingress"),
    Code.NOTHING_MATCHES: ("host",),
    Code.NOTHING_HOSTLESS: (),
    Code.HOST_UNKNOWN: ("host",),
    Code.HOST_OUTSIDE: ("host",),
    Code.HOST_NOT_KNOWN: ("ingress", "host"),
    Code.HOST_WILDCARD: ("host", "pattern"),
    Code.HOST_ALIAS: ("host", "alias"),
    Code.SLASH_REDIRECT: ("path",),
    Code.HTTPS_REDIRECT: ("host", "ingress"),
    Code.HTTPS_FORCED: ("ingress",),
    Code.APP_ROOT: ("target", "ingress"),
    Code.REDIRECT_ANNOTATION: ("annotation", "ingress"),
    Code.REWRITE_TO_URL: ("target", "ingress"),
    Code.WWW_REDIRECT: ("host", "to"),
    Code.CANARY_CHOSEN: ("by", "main"),
    Code.CANARY_BY_CHANCE: ("weight", "total"),
    Code.SERVICE_MISSING: ("service",),
    Code.SERVICE_PORT_MISSING: ("service", "port"),
    Code.SERVICE_UNREADY: ("service",),
    Code.FALLBACK_SERVICE: ("service", "fallback"),
    Code.CONTROLLER_ITSELF: ("path",),
    Code.BAD_REQUEST: ("what",),
    Code.EMPTY_REWRITE: ("target",),
    Code.LOCATION_DENIED: ("annotation", "ingress"),
    Code.CORS_PREFLIGHT: ("ingress",),
    Code.ERROR_PAGE: ("status", "service"),
    Code.ERRORS_REPLACED: ("statuses", "service"),
    Code.TLS_PASSED_THROUGH: ("host",),
    Code.LONGER_PATH_WINS: ("path", "winner"),
    Code.EXACT_PATH_WINS: ("path", "winner"),
    Code.EARLIER_REGEX_WINS: ("path", "winner"),
    Code.EARLIER_TWIN_WINS: ("path", "winner"),
    Code.REGEX_IS_LITERAL: ("path", "host"),
    Code.NEEDS_SLASH: ("path",),
    Code.OLDER_DUPLICATE: ("path", "winner"),
    Code.OTHER_HOST_WINS: ("host", "winner"),
    Code.ALIAS_TAKEN: ("alias", "winner"),
    Code.CANARY_NOT_CHOSEN: ("path",),
    Code.CANARY_WITHOUT_TWIN: ("path",),
    Code.CANARY_SECOND: ("path", "winner"),
    Code.SERVICE_IS_CANARY: ("service",),
    Code.RESOURCE_BACKEND: ("path",),
    Code.CLASS_OTHER: ("class_name", "controller"),
    Code.CLASS_UNKNOWN: ("class_name",),
    Code.CLASS_ANNOTATION_OTHER: ("class_name", "expected"),
    Code.CLASS_NONE: (),
    Code.CLASS_NONE_DEFAULT: ("class_name",),
    Code.NAMESPACE_NOT_WATCHED: ("namespace", "watched"),
    Code.CATCH_ALL_DISABLED: (),
    Code.INSPECTION_FAILED: ("value",),
    Code.ANNOTATION_REFUSED: ("annotation", "value"),
    Code.ANNOTATION_RISKY: ("annotation", "risk", "allowed"),
    Code.ANNOTATION_BLOCKED: ("annotation", "word"),
    Code.API_SERVER_REFUSES: ("message",),
    Code.VALUE_DROPPED: ("annotation", "value"),
    Code.VALUE_NOT_BOOLEAN: ("annotation", "value", "default"),
    Code.ANNOTATION_UNKNOWN: ("annotation", "meant"),
    Code.ANNOTATION_FOREIGN: ("annotation", "prefix"),
    Code.SNIPPET_IGNORED: ("annotation",),
    Code.IGNORED_ON_CANARY: ("annotation",),
    Code.CANARY_NOT_ENABLED: ("annotation",),
    Code.PREFIX_NEEDS_REWRITE: ("annotation",),
    Code.CLASS_ASSUMED: ("class_name",),
    Code.CLASS_BY_DEFAULT: ("class_name",),
    Code.CLASS_DEFAULTS_OPEN: ("class_names",),
    Code.GUARDED: ("annotations",),
    Code.SNIPPET_NOT_READ: ("annotation",),
    Code.REGEX_NOT_IMITATED: ("pattern", "construct"),
    Code.VARIABLE_NOT_IMITATED: ("variable", "target"),
    Code.VERSION_NOT_IMITATED: ("version", "used"),
    Code.AGES_NOT_EXHAUSTED: ("count",),
    Code.CERTIFICATE_NAMES: ("host",),
    Code.IF_CREATED_TOGETHER: (),
    Code.IF_OLDER: ("oldest_first",),
    Code.IF_CANARY: (),
    Code.IF_CONTROLLER: ("controller",),
    Code.SEVERAL_CONTROLLERS: ("controllers", "controller"),
    Code.IF_MATCHES: ("pattern",),
    Code.IF_NOT_MATCHES: ("pattern",),
    Code.DUPLICATE_LOCATION: ("host", "head", "ingresses"),
    Code.BAD_REGEX: ("host", "pattern", "error", "ingress"),
    Code.UNKNOWN_VARIABLE: ("host", "variable", "annotation", "ingress"),
    Code.UNQUOTABLE_PATH: ("host", "path", "ingress"),
    Code.BAD_SERVER_NAME: ("host", "ingress"),
    Code.LISTENER_TAKES: ("listener", "gateway"),
    Code.LISTENER_MISSING: ("scheme", "port"),
    Code.LISTENER_HOST_MISSING: ("host", "gateway"),
    Code.MATCH_FOUND: ("match", "route"),
    Code.NO_MATCH: ("host", "gateway"),
    Code.REDIRECT_FILTER: ("route",),
    Code.REWRITE_FILTER: ("value", "upstream"),
    Code.BACKENDS_MISSING: ("route",),
    Code.BACKEND_REFUSED: ("service", "namespace"),
    Code.BACKEND_SHARE: ("service", "weight", "total"),
    Code.MATCH_BEATEN: ("match", "winner"),
    Code.HOST_BEATEN: ("host", "winner"),
    Code.LISTENER_ISOLATED: ("listener", "host"),
    Code.GATEWAY_MISSING: ("gateway",),
    Code.PARENT_FOREIGN: ("kind", "name"),
    Code.PARENT_UNMATCHED: ("parent",),
    Code.LISTENERS_FORBID: ("gateway", "namespace"),
    Code.LISTENER_HOSTS_DIFFER: ("gateway",),
    Code.LISTENER_UNUSABLE: ("listener", "gateway", "reason"),
    Code.AGES_UNKNOWN: (),
    Code.GATEWAY_ASSUMED: (),
    Code.GATEWAY_OPEN: ("gateway",),
    Code.NAMESPACE_LABELS_UNSEEN: ("namespace",),
    Code.REGEX_RANK_OPEN: ("match",),
    Code.HOST_FALL_THROUGH_OPEN: ("host",),
    Code.ISOLATION_OPEN: ("listener",),
    Code.NORMALISING_OPEN: ("path", "normal"),
    Code.FILTER_NOT_IMITATED: ("filter", "route"),
    Code.BACKEND_KIND_NOT_IMITATED: ("kind", "name"),
    Code.RULE_TAKES: ("rule", "ingress"),
    Code.RULE_BEATEN: ("rule", "winner"),
    Code.PREFIX_BY_CHARACTER: ("path",),
    Code.RULES_TIE: ("rule",),
    Code.SETTING_NOT_IMITATED: ("setting", "ingress"),
    Code.OBJECT_NOT_IMITATED: ("kind", "name"),
    Code.PATH_REFUSED: ("path", "why"),
    Code.SEPARATE_BALANCER: ("balancer",),
    Code.PATH_STRIPPED: ("prefix", "upstream"),
    Code.REWRITE_WITHOUT_GROUPS: ("target",),
    Code.REWRITE_BY_PREFIX: ("path", "replacement"),
    Code.ANNOTATION_WITHOUT_EQUIVALENT: ("annotation", "ingress"),
    Code.DUPLICATES_SHARE: ("path", "ingresses"),
    Code.LONGEST_REGEX_LOST: ("path",),
    Code.DEFAULT_BACKEND_SPREADS: ("host",),
}


class Reason(Struct, frozen=True):
    """A code and its values, in the order of `REASONS`."""

    code: Code
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a reason whose values its sentence could not use."""
        if len(self.values) != len(REASONS[self.code]):
            raise ValueError(
                f"{self.code} takes {REASONS[self.code]}, not {self.values}"
            )

    def __getitem__(self, name: str) -> str:
        """Return one value by its name."""
        return self.values[REASONS[self.code].index(name)]

    @property
    def fields(self) -> dict[str, str]:
        """Return the values by their names."""
        return dict(zip(REASONS[self.code], self.values, strict=True))


def because(code: Code, *values: str) -> Reason:
    """Make a reason from a code and its values, in the order of `REASONS`."""
    return Reason(code, values)
