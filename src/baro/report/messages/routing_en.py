"""Why a request goes where it goes, in English.

Read at 3 a.m.: each sentence says what is so, then what follows from it.
"""

from collections.abc import Mapping

from baro.routing.reasons import Code

REASONS: Mapping[Code, str] = {
    Code.EXACT_PATH: "the path is exactly {path}",
    Code.LONGEST_PREFIX: "{path} is the longest path that the request begins with",
    Code.FIRST_REGEX: (
        "location {head} is the first that matches; the longest path string is tried "
        "first, not the most specific one"
    ),
    Code.REGEX_MODE: (
        "{ingress} switches all paths of host {host} to regular expressions: they "
        "match without regard to case and without an end"
    ),
    Code.REWRITTEN: (
        "rewrite-target {target} replaces the path; the Service is asked for {upstream}"
    ),
    Code.HOST_DEFAULT: (
        "no path of host {host} matches; what is left is ruled by its oldest Ingress, "
        "{ingress}"
    ),
    Code.NOTHING_MATCHES: "no Ingress has a path for this on host {host}",
    Code.HOST_UNKNOWN: "no Ingress has host {host}, so the default server answers",
    Code.HOST_WILDCARD: "{host} falls under {pattern}, which covers exactly one label",
    Code.HOST_ALIAS: "{host} is an alias ({alias}) of another host",
    Code.SLASH_REDIRECT: "only {path} exists, so nginx sends the client there",
    Code.HTTPS_REDIRECT: (
        "{host} has a certificate, because {ingress} has a tls entry; that turns the "
        "redirect to https on for the whole host"
    ),
    Code.HTTPS_FORCED: "{ingress} forces https, with or without a certificate",
    Code.APP_ROOT: (
        'app-root of {ingress} sends "/" of the whole host to {target}, before any '
        "path is looked at"
    ),
    Code.REDIRECT_ANNOTATION: "{annotation} of {ingress} answers in its place",
    Code.REWRITE_TO_URL: (
        "rewrite-target {target} of {ingress} is a URL, so the client is sent there"
    ),
    Code.WWW_REDIRECT: "from-to-www-redirect sends {host} to {to}",
    Code.CANARY_CHOSEN: "the canary takes it from {main} ({by})",
    Code.CANARY_BY_CHANCE: "the canary takes {weight} of {total} requests, at random",
    Code.SERVICE_MISSING: "there is no Service {service}",
    Code.SERVICE_PORT_MISSING: "Service {service} has no port {port}",
    Code.SERVICE_UNREADY: "no endpoint of Service {service} is ready",
    Code.FALLBACK_SERVICE: (
        "{service} has no endpoints, so the default-backend {fallback} takes it"
    ),
    Code.CONTROLLER_ITSELF: "the controller answers {path} itself",
    Code.BAD_REQUEST: "nginx refuses the request: {what}",
    Code.EMPTY_REWRITE: "rewrite-target {target} leaves nothing of the path",
    Code.LONGER_PATH_WINS: "{path} matches too, but {winner} is longer",
    Code.EXACT_PATH_WINS: "{path} matches too, but {winner} is the exact path",
    Code.EARLIER_REGEX_WINS: (
        "{path} matches too, but {winner} is tried first: its path string is longer, "
        "or it is older"
    ),
    Code.REGEX_IS_LITERAL: (
        "{path} is taken to the letter: nothing on host {host} turns on regular "
        "expressions (use-regex or a valid rewrite-target)"
    ),
    Code.NEEDS_SLASH: (
        "{path} would match with a slash behind, and a host with regular expressions "
        "sends nobody there"
    ),
    Code.OLDER_DUPLICATE: (
        "{winner} has the same {path} and goes first; this one is dropped without an "
        "Event"
    ),
    Code.OTHER_HOST_WINS: (
        "its host ({host}) would match, but {winner} fits better, and nginx never "
        "looks at a second host"
    ),
    Code.ALIAS_TAKEN: "alias {alias} already belongs to {winner}",
    Code.CANARY_NOT_CHOSEN: "it is a canary of {path}, and this request is not its",
    Code.CANARY_WITHOUT_TWIN: (
        "it is a canary, and no other Ingress has {path} on this host"
    ),
    Code.CANARY_SECOND: "only one canary of {path} counts, and {winner} is first",
    Code.SERVICE_IS_CANARY: (
        "its Service {service} is used by an older canary Ingress, so no path leads "
        "to it"
    ),
    Code.RESOURCE_BACKEND: "{path} leads to a resource and not to a Service",
    Code.CLASS_OTHER: "its class {class_name} belongs to the controller {controller}",
    Code.CLASS_UNKNOWN: "there is no IngressClass {class_name}",
    Code.CLASS_ANNOTATION_OTHER: (
        "its annotation names the class {class_name}; the controller serves {expected}"
    ),
    Code.CLASS_NONE: "it names no class, and the controller ignores such Ingresses",
    Code.NAMESPACE_NOT_WATCHED: (
        "the controller watches {watched}, not the namespace {namespace}"
    ),
    Code.CATCH_ALL_DISABLED: (
        "it has a defaultBackend, and the controller runs with --disable-catch-all"
    ),
    Code.INSPECTION_FAILED: "the controller drops it for the forbidden value {value}",
    Code.ANNOTATION_REFUSED: (
        "the value {value!r} of {annotation} makes the controller drop the whole "
        "Ingress; an older version of it stays in force"
    ),
    Code.ANNOTATION_RISKY: (
        "{annotation} is of risk {risk}, and only {allowed} is allowed: the "
        "controller drops the whole Ingress"
    ),
    Code.ANNOTATION_BLOCKED: (
        "{annotation} contains the blocked word {word}: the controller drops the "
        "whole Ingress"
    ),
    Code.API_SERVER_REFUSES: "the API server would refuse it: {message}",
    Code.VALUE_DROPPED: "{annotation}: {value!r} is not allowed and is dropped",
    Code.VALUE_NOT_BOOLEAN: (
        "{annotation}: {value!r} is no boolean and counts as {default}"
    ),
    Code.ANNOTATION_UNKNOWN: "{annotation} is unknown and has no effect{meant}",
    Code.ANNOTATION_FOREIGN: (
        "{annotation} has no effect: the controller reads {prefix}/ only"
    ),
    Code.SNIPPET_IGNORED: "{annotation} is ignored: snippets are switched off",
    Code.IGNORED_ON_CANARY: "{annotation} has no effect on a canary",
    Code.CANARY_NOT_ENABLED: '{annotation} has no effect without canary: "true"',
    Code.PREFIX_NEEDS_REWRITE: "{annotation} is sent only along with a rewrite-target",
    Code.CLASS_ASSUMED: (
        "IngressClass {class_name} is not among the objects; it is taken to be this "
        "controller's"
    ),
    Code.GUARDED: "a client may be turned away before: {annotations}",
    Code.SNIPPET_NOT_READ: "{annotation} may change everything; baro does not read it",
    Code.REGEX_NOT_IMITATED: (
        "baro does not know what {construct} means in the pattern {pattern}"
    ),
    Code.VARIABLE_NOT_IMITATED: (
        "baro does not know the value of {variable} in {target}"
    ),
    Code.VERSION_NOT_IMITATED: (
        "release {version} is not known; answered as {used} does"
    ),
    Code.AGES_NOT_EXHAUSTED: (
        "{count} Ingresses compete, too many to play through every order of their age"
    ),
    Code.CERTIFICATE_NAMES: (
        "whether {host} is sent to https depends on the names in the certificate"
    ),
    Code.IF_CREATED_TOGETHER: (
        "nobody knows which Ingress is older; this holds if they are created in the "
        "same second"
    ),
    Code.IF_OLDER: "if they are created in this order: {oldest_first}",
    Code.IF_CANARY: "if the canary takes it",
    Code.IF_MATCHES: "if the pattern {pattern} matches",
    Code.IF_NOT_MATCHES: "if the pattern {pattern} does not match",
    Code.DUPLICATE_LOCATION: (
        "host {host} has location {head} twice ({ingresses}); nginx refuses the whole "
        "configuration, and every host stays as it was"
    ),
    Code.BAD_REGEX: (
        "{pattern} of {ingress} (host {host}) is no regular expression ({error}); "
        "nginx refuses the whole configuration, and every host stays as it was"
    ),
    Code.UNKNOWN_VARIABLE: (
        "{annotation} of {ingress} (host {host}) uses {variable}, which nginx does "
        "not know; it refuses the whole configuration, and every host stays as it was"
    ),
    Code.UNQUOTABLE_PATH: (
        "{path!r} of {ingress} (host {host}) cannot be written into nginx.conf; the "
        "whole configuration is refused, and every host stays as it was"
    ),
    Code.BAD_SERVER_NAME: (
        "{host} of {ingress} is no server name; nginx refuses the whole "
        "configuration, and every host stays as it was"
    ),
}

# What `ANNOTATION_UNKNOWN` adds where one of a similar name exists.
MEANT = "; perhaps {meant} is meant"
