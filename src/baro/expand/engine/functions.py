"""The functions of an ApplicationSet's Go templates, on Helm's engine.

Both have those of sprig v3.3.0. What Argo CD adds or leaves alone and Helm has not, or
has in another way, is rewritten in terms of what Helm has: the command stays where it
is, with a function of the same parameters in front, and a stage or two is added.
"""

from msgspec import Struct

# Argo CD: applicationset/utils/utils.go, init; sprig.GenericFuncMap less three.
_ARGOCD = """
abbrev abbrevboth add add1 add1f addf adler32sum ago all any append atoi b32dec
b32enc b64dec b64enc base bcrypt biggest buildCustomCert camelcase cat ceil chunk
clean coalesce compact concat contains date dateInZone dateModify date_in_zone
date_modify decryptAES deepCopy deepEqual default derivePassword dict dig dir div
divf duration durationRound empty encryptAES ext fail first float64 floor fromJson
fromYaml fromYamlArray genCA genCAWithKey genPrivateKey genSelfSignedCert
genSelfSignedCertWithKey genSignedCert genSignedCertWithKey get has hasKey hasPrefix
hasSuffix hello htmlDate htmlDateInZone htpasswd indent initial initials int int64
isAbs join kebabcase keys kindIs kindOf last list lower max maxf merge
mergeOverwrite min minf mod mul mulf mustAppend mustChunk mustCompact mustDateModify
mustDeepCopy mustFirst mustFromJson mustHas mustInitial mustLast mustMerge
mustMergeOverwrite mustPrepend mustPush mustRegexFind mustRegexFindAll
mustRegexMatch mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit
mustRest mustReverse mustSlice mustToDate mustToJson mustToPrettyJson mustToRawJson
mustUniq mustWithout must_date_modify nindent normalize nospace now omit osBase
osClean osDir osExt osIsAbs pick pluck plural prepend push quote randAlpha
randAlphaNum randAscii randBytes randInt randNumeric regexFind regexFindAll
regexMatch regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat
replace rest reverse round semver semverCompare seq set sha1sum sha256sum sha512sum
shuffle slice slugify snakecase sortAlpha split splitList splitn squote sub subf
substr swapcase ternary title toDate toDecimal toJson toPrettyJson toRawJson
toString toStrings toYaml tpl trim trimAll trimPrefix trimSuffix trimall trunc tuple
typeIs typeIsLike typeOf uniq unixEpoch unset until untilStep untitle upper urlJoin
urlParse uuidv4 values without wrap wrapWith
"""
ARGOCD = frozenset(_ARGOCD.split())
_BUILTIN = """
and call html index slice js len not or print printf println urlquery
eq ge gt le lt ne
"""
BUILTIN = frozenset(_BUILTIN.split())
_KEYWORDS = """
if else end range with define template block break continue nil true false
"""
KEYWORDS = frozenset(_KEYWORDS.split())

TPL = "tpl"
"""Evaluates a text as a template; Argo CD's is Helm's, since 3.6."""
ABSENT = "ʘ"
"""Makes of a function that Argo CD does not have one that Helm has not either."""
FAIL = "baro.fail:"
"""Begins the name of a template that is not there: an error with a text of ours.

Helm's own `fail` would lose the place.
"""
MISSING = "baro.missing:"
"""Likewise, of a key that is missing."""


class Rewriting(Struct, frozen=True):
    """What stands in for a function: `front ARGS | include "template" back`."""

    front: str
    template: str
    back: str = ""

    @property
    def tail(self) -> str:
        """Return what is put behind the command."""
        return f' | include "{self.template}"{self.back}'


REWRITINGS = {
    "normalize": Rewriting("lower", "baro.normalize"),
    "slugify": Rewriting("list", "baro.slugify"),
    "fail": Rewriting("b64enc", "baro.failed"),
    "fromYaml": Rewriting("fromYaml", "baro.fromYaml", " | mustFromJson"),
    "fromYamlArray": Rewriting(
        "fromYamlArray", "baro.fromYamlArray", " | mustFromJson"
    ),
    "fromJson": Rewriting("trim", "baro.fromJson", " | mustFromJson"),
}

# Argo CD: applicationset/utils/template_functions.go, SanitizeName; utils.go,
# SlugifyName; github.com/gosimple/slug, Make. A sanitized name is ASCII, so that
# nothing is left to transliterate. `fromYaml` and `fromYamlArray` of Helm return
# their error, Argo CD's raise it; `fromJson` of Helm wants an object.
DEFINITIONS = r"""
{{- define "baro.fail" }}{{ include (print "baro.fail:" .) . }}{{ end }}
{{- define "baro.failed" }}{{ b64dec . | include "baro.fail" }}{{ end }}
{{- define "baro.normalize" -}}
{{ regexReplaceAll "[^-a-z0-9.]" . "-" | trunc 253 | trimAll "-." }}
{{- end }}
{{- define "baro.as" -}}
{{- if not (typeIs (index . 0) (index . 1)) -}}
  {{- $is := typeOf (index . 1) | replace "<nil>" "nil" -}}
  {{- $text := "interface conversion: interface {} is %s, not %s" -}}
  {{- printf $text $is (index . 0) | include "baro.fail" -}}
{{- end -}}
{{- end }}
{{- define "baro.slugify" -}}
{{- $size := 50 }}{{ $smart := true }}{{ $name := "" -}}
{{- $last := sub (len .) 1 | int -}}
{{- range $index, $value := . -}}
  {{- if eq $index $last -}}
    {{- list "string" $value | include "baro.as" }}{{ $name = $value -}}
  {{- else if eq $index 0 -}}
    {{- list "int" $value | include "baro.as" }}{{ $size = $value -}}
  {{- else if eq $index 1 -}}
    {{- list "bool" $value | include "baro.as" }}{{ $smart = $value -}}
  {{- end -}}
{{- end -}}
{{- $slug := lower $name | include "baro.normalize" -}}
{{- if and (not $smart) (ge (len $slug) $size) -}}
  {{- if lt $size 0 -}}
    {{- $text := printf "runtime error: slice bounds out of range [:%d]" $size -}}
    {{- include "baro.fail" $text -}}
  {{- end -}}
  {{- $slug = substr 0 $size $slug -}}
{{- end -}}
{{- $slug = regexReplaceAll "-+" (replace "." "-" $slug) "-" | trimAll "-" -}}
{{- if and $smart (gt $size 0) (gt (len $slug) $size) -}}
  {{- $head := substr 0 (add $size 1 | int) $slug -}}
  {{- if contains "-" $head -}}
    {{- $slug = regexReplaceAll "-[^-]*$" $head "" -}}
  {{- else -}}
    {{- $slug = substr 0 $size $slug -}}
  {{- end -}}
{{- end -}}
{{- $slug -}}
{{- end }}
{{- define "baro.unparsed" -}}
{{- if kindIs "string" . -}}
  {{- if or (hasPrefix "error converting YAML to JSON" .)
             (hasPrefix "error unmarshaling JSON" .)
             (hasPrefix "json: " .) }}{{ include "baro.fail" . }}{{ end -}}
{{- end -}}
{{- end }}
{{- define "baro.fromYaml" -}}
{{- get . "Error" | include "baro.unparsed" -}}
{{- if . }}{{ toJson . }}{{ else }}{}{{ end -}}
{{- end }}
{{- define "baro.fromYamlArray" -}}
{{- if eq (len .) 1 }}{{ index . 0 | include "baro.unparsed" }}{{ end -}}
{{- toJson . -}}
{{- end }}
{{- define "baro.fromJson" -}}
{{- $error := get (fromJson .) "Error" | toString -}}
{{- $broken := hasPrefix "invalid character" $error -}}
{{- if or $broken (hasPrefix "unexpected end of JSON" $error) }}null{{ else }}{{ . }}
{{- end -}}
{{- end }}
"""
