"""Why a request goes where it goes, in Korean.

The names of things (Ingress, Service, host) stay as Kubernetes has them.
"""

from collections.abc import Mapping

from baro.routing.reasons import Code

REASONS: Mapping[Code, str] = {
    Code.EXACT_PATH: "요청 경로가 {path} 경로와 정확히 일치합니다",
    Code.LONGEST_PREFIX: (
        "요청 경로의 앞부분과 일치하는 경로 중 {path} 경로가 가장 깁니다"
    ),
    Code.FIRST_REGEX: (
        "location {head} 블록이 가장 먼저 일치합니다. 더 구체적인 경로가 아니라 "
        "문자열이 "
        "긴 경로부터 검사합니다"
    ),
    Code.REGEX_MODE: (
        "{ingress} 때문에 host {host}의 모든 경로가 정규식으로 바뀝니다. 대소문자를 "
        "구분하지 않고 뒤에 무엇이 붙어도 일치합니다"
    ),
    Code.REWRITTEN: (
        "rewrite-target {target}에 따라 경로가 바뀝니다. Service에는 {upstream} "
        "경로로 요청됩니다"
    ),
    Code.HOST_DEFAULT: (
        "host {host}에 일치하는 경로가 없습니다. 나머지 경로는 가장 오래된 Ingress "
        "{ingress}의 설정을 따릅니다"
    ),
    Code.NOTHING_MATCHES: "host {host}에 이 경로를 가진 Ingress가 없습니다",
    Code.NOTHING_HOSTLESS: "host 없는 Ingress에도 이 경로가 없습니다",
    Code.HOST_UNKNOWN: "{host} 호스트를 가진 Ingress가 없어 기본 서버가 응답합니다",
    Code.HOST_OUTSIDE: (
        "플랫폼 밖으로 나갑니다. {host}를 처리하는 것이 여기에 없으므로 그 뒤의 응답은 "
        "보지 않습니다"
    ),
    Code.HOST_NOT_KNOWN: (
        "{ingress}의 host는 알 수 없는 값에서 옵니다({host}). 이 host일 수도 있습니다"
    ),
    Code.HOST_WILDCARD: (
        "{host} 호스트는 {pattern}에 해당합니다. 와일드카드는 레이블 한 개만 대신합니다"
    ),
    Code.HOST_ALIAS: "{host} 호스트는 다른 host의 별칭({alias})입니다",
    Code.SLASH_REDIRECT: (
        "{path} 경로만 있으므로 nginx가 클라이언트를 그곳으로 보냅니다"
    ),
    Code.HTTPS_REDIRECT: (
        "{ingress}에 tls 항목이 있어 {host}에 인증서가 있습니다. 그래서 host 전체가 "
        "https로 리다이렉트됩니다"
    ),
    Code.HTTPS_FORCED: "{ingress} 설정이 인증서가 없어도 https를 강제합니다",
    Code.APP_ROOT: (
        '{ingress}의 app-root가 경로를 보기 전에 host 전체의 "/"를 {target} '
        "경로로 보냅니다"
    ),
    Code.REDIRECT_ANNOTATION: "{ingress}의 {annotation} 어노테이션이 대신 응답합니다",
    Code.REWRITE_TO_URL: (
        "{ingress}의 rewrite-target {target} 값이 URL이므로 클라이언트를 그곳으로 "
        "보냅니다"
    ),
    Code.WWW_REDIRECT: "from-to-www-redirect가 {host} 호스트를 {to} 호스트로 보냅니다",
    Code.CANARY_CHOSEN: "canary가 {main} 대신 요청을 받습니다 ({by})",
    Code.CANARY_BY_CHANCE: (
        "canary가 요청 {total}건 중 {weight}건을 무작위로 받습니다"
    ),
    Code.SERVICE_MISSING: "{service} Service가 없습니다",
    Code.SERVICE_PORT_MISSING: "Service {service}에 {port} 포트가 없습니다",
    Code.SERVICE_UNREADY: "Service {service}에 준비된 endpoint가 없습니다",
    Code.FALLBACK_SERVICE: (
        "{service}에 endpoint가 없어 default-backend {fallback} 쪽이 받습니다"
    ),
    Code.CONTROLLER_ITSELF: "{path} 경로는 컨트롤러가 직접 응답합니다",
    Code.BAD_REQUEST: "nginx가 요청을 거부합니다: {what}",
    Code.EMPTY_REWRITE: "rewrite-target {target} 값을 적용하면 경로가 비게 됩니다",
    Code.LOCATION_DENIED: (
        "{ingress}의 {annotation} 값이 없거나 잘못되어 컨트롤러가 쓸 수 없습니다. "
        "그래서 이 Ingress의 모든 경로에 503으로 응답합니다"
    ),
    Code.CORS_PREFLIGHT: (
        "{ingress}의 enable-cors에 따라 프리플라이트(OPTIONS) 요청에는 nginx가 직접 "
        "응답합니다. Service에는 전달되지 않습니다"
    ),
    Code.ERROR_PAGE: (
        "{status}이(가) custom-http-errors에 있어 {service}의 응답으로 바뀝니다"
    ),
    Code.ERRORS_REPLACED: (
        "Service가 {statuses}로 응답하면 클라이언트는 대신 {service}의 페이지를 "
        "받습니다(custom-http-errors)"
    ),
    Code.TLS_PASSED_THROUGH: (
        "ssl-passthrough에 따라 {host}의 TLS 연결을 그대로 Service에 넘깁니다. nginx는 "
        "경로, rewrite, 리다이렉트를 적용하지 않습니다"
    ),
    Code.LONGER_PATH_WINS: "{path}도 일치하지만 {winner} 경로가 더 깁니다",
    Code.EXACT_PATH_WINS: (
        "{path}도 일치하지만 {winner} 쪽이 정확히 일치하는 경로입니다"
    ),
    Code.EARLIER_REGEX_WINS: (
        "{path}도 일치하지만 {winner} 경로를 먼저 검사합니다. 경로 문자열이 더 길기 "
        "때문입니다"
    ),
    Code.EARLIER_TWIN_WINS: (
        "{path}도 일치하지만 길이가 같은 {winner} 경로를 먼저 검사합니다. 길이가 "
        "같으면 알파벳순으로 뒤에 오는 것, 그다음은 오래된 Ingress가 먼저입니다"
    ),
    Code.REGEX_IS_LITERAL: (
        "{path} 경로를 글자 그대로 비교합니다. host {host}에서 정규식을 켜는 "
        "것(use-regex "
        "또는 올바른 rewrite-target)이 없습니다"
    ),
    Code.NEEDS_SLASH: (
        "{path} 경로는 끝에 슬래시가 있어야 일치합니다. 정규식을 쓰는 host에서는 "
        "nginx가 슬래시를 붙여 주지 않습니다"
    ),
    Code.OLDER_DUPLICATE: (
        "{winner}에 같은 {path} 경로가 있고 우선합니다. 이 Ingress의 경로는 "
        "Event도 없이 "
        "버려집니다"
    ),
    Code.OTHER_HOST_WINS: (
        "host {host}도 해당하지만 {winner} 쪽이 더 구체적입니다. nginx는 다른 host를 "
        "다시 찾지 않습니다"
    ),
    Code.ALIAS_TAKEN: "{alias} 별칭은 이미 {winner}의 것입니다",
    Code.CANARY_NOT_CHOSEN: "{path}의 canary이지만 이 요청은 canary로 가지 않습니다",
    Code.CANARY_WITHOUT_TWIN: (
        "canary인데 이 host에 {path} 경로를 가진 다른 Ingress가 없습니다"
    ),
    Code.CANARY_SECOND: "{path}의 canary는 하나만 유효하며 {winner} 쪽이 먼저입니다",
    Code.SERVICE_IS_CANARY: (
        "{service} Service를 더 오래된 canary Ingress가 쓰고 있어 이 경로는 만들어지지 "
        "않습니다"
    ),
    Code.RESOURCE_BACKEND: "{path} 경로의 대상이 Service가 아니라 resource입니다",
    Code.CLASS_OTHER: "{class_name} 클래스는 컨트롤러 {controller}의 것입니다",
    Code.CLASS_UNKNOWN: "{class_name} IngressClass가 없습니다",
    Code.CLASS_ANNOTATION_OTHER: (
        "어노테이션의 클래스는 {class_name}인데 컨트롤러는 {expected} 클래스를 "
        "담당합니다"
    ),
    Code.CLASS_NONE: "클래스가 없는 Ingress이며 컨트롤러는 이런 Ingress를 무시합니다",
    Code.CLASS_NONE_DEFAULT: (
        "클래스가 없는 Ingress입니다. 기본 클래스 {class_name}은(는) Ingress를 새로 "
        "만들 때만 기록됩니다"
    ),
    Code.NAMESPACE_NOT_WATCHED: (
        "컨트롤러는 {watched}만 감시하며 {namespace} 네임스페이스는 보지 않습니다"
    ),
    Code.CATCH_ALL_DISABLED: (
        "defaultBackend가 있는데 컨트롤러가 --disable-catch-all로 실행되고 있습니다"
    ),
    Code.INSPECTION_FAILED: "금지된 값 {value} 때문에 컨트롤러가 버립니다",
    Code.ANNOTATION_REFUSED: (
        "{annotation}의 값 {value!r} 때문에 컨트롤러가 Ingress 전체를 버립니다. 이전 "
        "버전이 있으면 그것이 계속 적용됩니다"
    ),
    Code.ANNOTATION_RISKY: (
        "{annotation}의 위험도는 {risk}인데 {allowed}까지만 허용됩니다. 컨트롤러가 "
        "Ingress 전체를 버립니다"
    ),
    Code.ANNOTATION_BLOCKED: (
        "{annotation}에 금지어({word})가 있어 컨트롤러가 Ingress 전체를 버립니다"
    ),
    Code.API_SERVER_REFUSES: "API 서버가 거부합니다: {message}",
    Code.VALUE_DROPPED: "{annotation}: {value!r} 값은 허용되지 않아 무시됩니다",
    Code.VALUE_NOT_BOOLEAN: (
        "{annotation}: {value!r} 값은 불리언이 아니므로 {default} 값으로 처리됩니다"
    ),
    Code.ANNOTATION_UNKNOWN: (
        "{annotation} 어노테이션은 알 수 없는 어노테이션이라 효과가 없습니다{meant}"
    ),
    Code.ANNOTATION_FOREIGN: (
        "{annotation} 어노테이션은 효과가 없습니다. 컨트롤러는 {prefix}/만 읽습니다"
    ),
    Code.SNIPPET_IGNORED: (
        "{annotation} 어노테이션은 무시됩니다. snippet이 꺼져 있습니다"
    ),
    Code.IGNORED_ON_CANARY: "{annotation} 어노테이션은 canary에서는 효과가 없습니다",
    Code.CANARY_NOT_ENABLED: (
        '{annotation} 어노테이션은 canary: "true" 없이는 효과가 없습니다'
    ),
    Code.PREFIX_NEEDS_REWRITE: (
        "{annotation} 어노테이션은 rewrite-target이 있을 때만 전달됩니다"
    ),
    Code.CLASS_ASSUMED: (
        "주어진 오브젝트에 {class_name} IngressClass가 없습니다. 이 컨트롤러의 것으로 "
        "봅니다"
    ),
    Code.CLASS_BY_DEFAULT: (
        "클래스를 쓰지 않은 Ingress이므로, 만들 때 API 서버가 기본 클래스 "
        "{class_name}을(를) 기록합니다(이미 있는 Ingress에는 기록하지 않습니다)"
    ),
    Code.CLASS_DEFAULTS_OPEN: (
        "기본 IngressClass가 여럿입니다({class_names}). 가장 최근에 만든 것이 "
        "쓰이지만 Git만으로는 어느 것인지 알 수 없습니다"
    ),
    Code.GUARDED: "그 전에 클라이언트가 거부될 수 있습니다: {annotations}",
    Code.SNIPPET_NOT_READ: (
        "{annotation} 어노테이션이 결과를 바꿀 수 있으나 baro는 이를 해석하지 않습니다"
    ),
    Code.REGEX_NOT_IMITATED: (
        "정규식 {pattern}에서 {construct}의 의미를 baro가 알지 못합니다"
    ),
    Code.VARIABLE_NOT_IMITATED: (
        "{target}에 있는 {variable}의 값을 baro가 알지 못합니다"
    ),
    Code.VERSION_NOT_IMITATED: (
        "{version} 릴리스를 알지 못해 {used}의 동작으로 답합니다"
    ),
    Code.AGES_NOT_EXHAUSTED: (
        "Ingress {count}개가 경합하여 모든 생성 순서를 확인하지 못했습니다"
    ),
    Code.CERTIFICATE_NAMES: (
        "{host} 호스트가 https로 리다이렉트되는지는 인증서에 적힌 이름에 달려 있습니다"
    ),
    Code.IF_CREATED_TOGETHER: (
        "어느 Ingress가 먼저 생성되었는지 알 수 없습니다. 같은 초에 생성된다고 볼 때의 "
        "답입니다"
    ),
    Code.IF_OLDER: "다음 순서로 생성된다면: {oldest_first}",
    Code.IF_CANARY: "canary가 받는다면",
    Code.IF_CONTROLLER: "DNS가 {controller}(으)로 이어진다면",
    Code.SEVERAL_CONTROLLERS: (
        "{controllers}에 모두 이 호스트가 있습니다. DNS가 결정하며, "
        "여기서는 {controller}의 답입니다"
    ),
    Code.IF_MATCHES: "{pattern} 정규식이 일치한다면",
    Code.IF_NOT_MATCHES: "{pattern} 정규식이 일치하지 않는다면",
    Code.DUPLICATE_LOCATION: (
        "host {host}에 location {head} 블록이 두 번 있습니다({ingresses}). nginx가 "
        "설정 전체를 거부하여 모든 host가 이전 상태로 남습니다"
    ),
    Code.BAD_REGEX: (
        "{ingress}의 {pattern}(host {host}) 값은 올바른 정규식이 아닙니다({error}). "
        "nginx가 설정 전체를 거부하여 모든 host가 이전 상태로 남습니다"
    ),
    Code.UNKNOWN_VARIABLE: (
        "{ingress}의 {annotation}(host {host})에 nginx가 모르는 {variable} 변수가 "
        "있습니다. nginx가 설정 전체를 거부하여 모든 host가 이전 상태로 남습니다"
    ),
    Code.UNQUOTABLE_PATH: (
        "{ingress}의 {path!r}(host {host}) 값은 nginx.conf에 쓸 수 없습니다. 설정 "
        "전체가 "
        "거부되어 모든 host가 이전 상태로 남습니다"
    ),
    Code.BAD_SERVER_NAME: (
        "{ingress}의 {host} 값은 올바른 서버 이름이 아닙니다. nginx가 설정 전체를 "
        "거부하여 모든 host가 이전 상태로 남습니다"
    ),
    Code.LISTENER_TAKES: "Gateway {gateway}의 listener {listener}가 요청을 받습니다",
    Code.LISTENER_MISSING: "{scheme} 포트 {port}에서 듣는 Gateway가 없습니다",
    Code.LISTENER_HOST_MISSING: (
        "Gateway {gateway}에 host {host}를 받는 listener가 없습니다"
    ),
    Code.MATCH_FOUND: (
        "{route}의 {match} 항목이 이 요청과 일치하는 항목 중 우선순위가 가장 높습니다"
    ),
    Code.NO_MATCH: (
        "Gateway {gateway}에 host {host}의 이 요청과 일치하는 route가 없습니다"
    ),
    Code.REDIRECT_FILTER: "{route}에 RequestRedirect 필터가 있습니다",
    Code.REWRITE_FILTER: "URLRewrite({value}): Service에 {upstream}(으)로 전달합니다",
    Code.BACKENDS_MISSING: "{route}의 규칙에 요청을 받을 백엔드가 없습니다",
    Code.BACKEND_REFUSED: (
        "Service {service}가 route와 다른 네임스페이스에 있고, {namespace}의 route를 "
        "허용하는 ReferenceGrant가 그곳에 없습니다"
    ),
    Code.BACKEND_SHARE: "{service}가 요청 {total}개 중 {weight}개를 무작위로 받습니다",
    Code.MATCH_BEATEN: "{match} 항목도 일치하지만 {winner} 항목이 우선합니다",
    Code.HOST_BEATEN: "host({host})도 일치하지만 {winner}가 더 구체적입니다",
    Code.LISTENER_ISOLATED: (
        "host {host}를 받는 listener {listener}에 연결되어 있지 않습니다"
    ),
    Code.GATEWAY_MISSING: "Gateway {gateway}가 없습니다",
    Code.PARENT_FOREIGN: "parent가 Gateway가 아니라 {kind} {name}입니다",
    Code.PARENT_UNMATCHED: "parent {parent!r}에 해당하는 listener가 없습니다",
    Code.LISTENERS_FORBID: (
        "Gateway {gateway}의 allowedRoutes가 네임스페이스 {namespace}에서 오는 이 "
        "종류의 route를 허용하지 않습니다"
    ),
    Code.LISTENER_HOSTS_DIFFER: (
        "hostname이 Gateway {gateway}의 listener hostname과 전혀 겹치지 않습니다"
    ),
    Code.LISTENER_UNUSABLE: (
        "{gateway}의 listener {listener}는 동작하지 않습니다: {reason}"
    ),
    Code.AGES_UNKNOWN: (
        "어느 것이 더 오래되었는지 알 수 없어, 같은 초에 생성된 경우를 가정합니다"
    ),
    Code.GATEWAY_ASSUMED: (
        "오브젝트 중에 Gateway가 없어 모든 host를 받는 Gateway가 있다고 가정합니다"
    ),
    Code.GATEWAY_OPEN: "host의 주소가 Gateway {gateway}를 가리킨다면",
    Code.NAMESPACE_LABELS_UNSEEN: (
        "listener가 네임스페이스 {namespace}의 route를 받는지는 오브젝트에 없는 "
        "레이블에 달려 있습니다"
    ),
    Code.REGEX_RANK_OPEN: (
        "다른 항목에 대한 정규식의 우선순위는 구현체가 정합니다({match})"
    ),
    Code.HOST_FALL_THROUGH_OPEN: (
        "{host}의 규칙 중 일치하는 것이 없을 때 더 넓은 hostname으로 넘어가는지는 "
        "구현체가 정합니다"
    ),
    Code.ISOLATION_OPEN: (
        "구현체가 다른 listener의 route를 listener {listener}에서 분리하지 않는다면"
    ),
    Code.NORMALISING_OPEN: (
        "{path} 경로를 그대로 비교하는지 {normal}(으)로 바꿔 비교하는지는 구현체가 "
        "정합니다"
    ),
    Code.FILTER_NOT_IMITATED: "{route}의 필터 {filter}가 하는 일은 알 수 없습니다",
    Code.BACKEND_KIND_NOT_IMITATED: (
        "백엔드가 {kind}({name})이며, 구현체마다 다르게 처리합니다"
    ),
    Code.RULE_TAKES: "{ingress}의 {rule} 규칙이 가장 먼저 일치합니다",
    Code.RULE_BEATEN: "{rule} 규칙도 일치하지만 {winner} 규칙이 우선합니다",
    Code.PREFIX_BY_CHARACTER: (
        "여기서는 {path} 경로를 글자 단위로 비교하므로 더 긴 단어도 일치합니다"
    ),
    Code.RULES_TIE: "{rule} 규칙이 둘 이상 있으며 어느 것이 이기는지 알 수 없습니다",
    Code.SETTING_NOT_IMITATED: "{ingress}의 {setting} 설정이 하는 일은 알 수 없습니다",
    Code.OBJECT_NOT_IMITATED: (
        "{kind} {name}도 라우팅에 관여할 수 있지만 읽지 않습니다"
    ),
    Code.PATH_REFUSED: "{path} 경로는 거부됩니다: {why}",
    Code.SEPARATE_BALANCER: ("주소가 다른 별도의 로드 밸런서({balancer})를 만듭니다"),
    Code.PATH_STRIPPED: (
        "{prefix} 부분을 잘라내고 Service에는 {upstream} 경로로 전달합니다"
    ),
    Code.REWRITE_WITHOUT_GROUPS: (
        "Gateway API에는 캡처 그룹이 없어 {target} 값이 글자 그대로 쓰입니다"
    ),
    Code.REWRITE_BY_PREFIX: (
        "PathPrefix {path}에 replacePrefixMatch {replacement} 값을 쓰면 의도대로 "
        "동작합니다"
    ),
    Code.ANNOTATION_WITHOUT_EQUIVALENT: (
        "{ingress}의 {annotation}에 해당하는 기능이 Gateway API에 없습니다"
    ),
    Code.DUPLICATES_SHARE: (
        "{path} 경로를 {ingresses}가 함께 씁니다. 지금은 하나만 이기지만 그대로 옮기면 "
        "요청이 나뉩니다"
    ),
    Code.LONGEST_REGEX_LOST: (
        "지금은 {path} 문자열이 더 길어서 우선하지만, Gateway API의 정규식 사이에서는 "
        "구현체가 정합니다"
    ),
    Code.DEFAULT_BACKEND_SPREADS: (
        "지금은 {host}의 나머지 경로를 아무도 받지 않지만, 옮긴 뒤에는 다른 Ingress의 "
        "기본 백엔드에서 나온 hostname 없는 route가 받습니다"
    ),
}

# What `ANNOTATION_UNKNOWN` adds where one of a similar name exists.
MEANT = ". {meant} 어노테이션을 쓰려던 것일 수 있습니다"

# Who answers where no Service of one's own is set up for it.
DEFAULT_BACKEND = "컨트롤러의 기본 백엔드"
