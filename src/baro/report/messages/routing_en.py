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
    Code.NOTHING_HOSTLESS: "no Ingress without a host has a path for this, either",
    Code.HOST_UNKNOWN: "no Ingress has host {host}, so the default server answers",
    Code.HOST_OUTSIDE: (
        "that leaves the platform: nothing here serves host {host}, so what answers "
        "there is not looked at"
    ),
    Code.HOST_NOT_KNOWN: (
        "the host of {ingress} comes from a value that nobody knows ({host}): it may "
        "be this one"
    ),
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
    Code.LOCATION_DENIED: (
        "the controller cannot use {annotation} of {ingress} (missing, or not a valid "
        "value), so it answers 503 on every path of that Ingress"
    ),
    Code.CORS_PREFLIGHT: (
        "enable-cors of {ingress}: nginx answers preflights (OPTIONS) itself, the "
        "Service never sees them"
    ),
    Code.ERROR_PAGE: (
        "{status} is in custom-http-errors: {service} answers in its place"
    ),
    Code.ERRORS_REPLACED: (
        "where the Service answers with {statuses}, the client gets the page of "
        "{service} instead (custom-http-errors)"
    ),
    Code.TLS_PASSED_THROUGH: (
        "ssl-passthrough: TLS of {host} goes to the Service as it is, and nginx sees "
        "no path, rewrite or redirect of it"
    ),
    Code.LONGER_PATH_WINS: "{path} matches too, but {winner} is longer",
    Code.EXACT_PATH_WINS: "{path} matches too, but {winner} is the exact path",
    Code.EARLIER_REGEX_WINS: (
        "{path} matches too, but {winner} is tried first: its path string is longer"
    ),
    Code.EARLIER_TWIN_WINS: (
        "{path} matches too, but {winner}, as long a string, is tried first: the later "
        "in the alphabet, then the older Ingress"
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
    Code.CLASS_NONE_DEFAULT: (
        "it names no class; the default, {class_name}, is written only into an Ingress "
        "that is being created"
    ),
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
    Code.CLASS_BY_DEFAULT: (
        "it names no class: the API server writes the default, {class_name}, into it "
        "when it is created (one that is there already stays without)"
    ),
    Code.CLASS_DEFAULTS_OPEN: (
        "more than one IngressClass is the default ({class_names}); the newest counts, "
        "and Git does not say which that is"
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
    Code.IF_CONTROLLER: "if DNS leads to {controller}",
    Code.SEVERAL_CONTROLLERS: (
        "{controllers} all have this host; DNS decides, and {controller} is taken here"
    ),
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
    Code.LISTENER_TAKES: "listener {listener} of Gateway {gateway} takes the request",
    Code.LISTENER_MISSING: "no Gateway listens for {scheme} on port {port}",
    Code.LISTENER_HOST_MISSING: "no listener of Gateway {gateway} takes host {host}",
    Code.MATCH_FOUND: (
        "{match} of {route} goes before all other matches that take this request"
    ),
    Code.NO_MATCH: "no route at Gateway {gateway} takes this request on host {host}",
    Code.REDIRECT_FILTER: "{route} has a RequestRedirect filter",
    Code.REWRITE_FILTER: "URLRewrite ({value}): the Service is asked for {upstream}",
    Code.BACKENDS_MISSING: "the rule of {route} names no backend that takes requests",
    Code.BACKEND_REFUSED: (
        "Service {service} is in another namespace than the route, and no "
        "ReferenceGrant there lets in routes from {namespace}"
    ),
    Code.BACKEND_SHARE: "{service} gets {weight} of {total} requests, at random",
    Code.MATCH_BEATEN: "{match} matches too, but {winner} goes first",
    Code.HOST_BEATEN: "its host ({host}) takes it too, but {winner} fits better",
    Code.LISTENER_ISOLATED: (
        "it is not attached to listener {listener}, which takes host {host}"
    ),
    Code.GATEWAY_MISSING: "there is no Gateway {gateway}",
    Code.PARENT_FOREIGN: "its parent is {kind} {name}, which is no Gateway",
    Code.PARENT_UNMATCHED: "its parent {parent!r} is no listener of any Gateway",
    Code.LISTENERS_FORBID: (
        "allowedRoutes of Gateway {gateway} let in no route of this kind from "
        "namespace {namespace}"
    ),
    Code.LISTENER_HOSTS_DIFFER: (
        "its hostnames and those of the listeners of Gateway {gateway} have nothing "
        "in common"
    ),
    Code.LISTENER_UNUSABLE: "listener {listener} of {gateway} does not serve: {reason}",
    Code.AGES_UNKNOWN: (
        "nobody knows which of them is older; this holds if they are created in the "
        "same second"
    ),
    Code.GATEWAY_ASSUMED: (
        "no Gateway is among the objects; one that takes all hosts is assumed"
    ),
    Code.GATEWAY_OPEN: "if the host's address is that of Gateway {gateway}",
    Code.NAMESPACE_LABELS_UNSEEN: (
        "whether the listener takes routes from namespace {namespace} depends on "
        "labels that are not among the objects"
    ),
    Code.REGEX_RANK_OPEN: (
        "the place of a regular expression among other matches is up to the "
        "implementation ({match})"
    ),
    Code.HOST_FALL_THROUGH_OPEN: (
        "whether a request that no rule for {host} takes falls through to wider "
        "hostnames is up to the implementation"
    ),
    Code.ISOLATION_OPEN: (
        "if the implementation does not keep the routes of other listeners away "
        "from listener {listener}"
    ),
    Code.NORMALISING_OPEN: (
        "whether {path} is matched as it is or as {normal} is up to the implementation"
    ),
    Code.FILTER_NOT_IMITATED: "what filter {filter} of {route} does is not known",
    Code.BACKEND_KIND_NOT_IMITATED: (
        "the backend is a {kind} ({name}), which every implementation reads its own way"
    ),
    Code.RULE_TAKES: "{rule} of {ingress} is the first that matches",
    Code.RULE_BEATEN: "{rule} matches too, but {winner} goes first",
    Code.PREFIX_BY_CHARACTER: (
        "{path} is compared character by character here, so it takes longer words too"
    ),
    Code.RULES_TIE: "{rule} is there more than once, and which one wins is not known",
    Code.SETTING_NOT_IMITATED: "what {setting} of {ingress} does is not known",
    Code.OBJECT_NOT_IMITATED: "{kind} {name} may route too, and is not read",
    Code.PATH_REFUSED: "path {path} is refused: {why}",
    Code.SEPARATE_BALANCER: (
        "it makes a load balancer of its own ({balancer}), with another address"
    ),
    Code.PATH_STRIPPED: "{prefix} is cut off; the Service is asked for {upstream}",
    Code.REWRITE_WITHOUT_GROUPS: (
        "Gateway API has no capture groups: {target} would be taken to the letter"
    ),
    Code.REWRITE_BY_PREFIX: (
        "PathPrefix {path} with replacePrefixMatch {replacement} does what is meant"
    ),
    Code.ANNOTATION_WITHOUT_EQUIVALENT: (
        "{annotation} of {ingress} has no equivalent in Gateway API"
    ),
    Code.DUPLICATES_SHARE: (
        "{path} is claimed by {ingresses}: one wins now, a translation by the letter "
        "would split the requests between them"
    ),
    Code.LONGEST_REGEX_LOST: (
        "{path} goes first now because it is the longer string; among regular "
        "expressions of Gateway API the implementation decides"
    ),
    Code.DEFAULT_BACKEND_SPREADS: (
        "nobody serves the other paths of {host} now; afterwards a route without "
        "hostnames would, made of another Ingress' default backend"
    ),
}

# What `ANNOTATION_UNKNOWN` adds where one of a similar name exists.
MEANT = "; perhaps {meant} is meant"

# Who answers where no Service of one's own is set up for it.
DEFAULT_BACKEND = "the controller's default backend"
