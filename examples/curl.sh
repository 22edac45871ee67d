#!/usr/bin/env bash
# curl: JSON over HTTP, and subscriptions as server-sent events. Requires GNU date and grep.
set -euo pipefail
cd "$(dirname "$0")"

url=${REHEARSE_URL:-http://127.0.0.1:8080/graphql}
student=${STUDENT:-101}
other=${OTHER_STUDENT:-107}
range="\"start\":\"${START:-$(date -u -d '1 day' +%FT%TZ)}\",\"end\":\"${END:-$(date -u -d '14 days' +%FT%TZ)}\""

# ask sends an operation with its variables, and passes further options to curl. Call it
# in a subshell, which exec replaces with curl.
ask() {
  local name=$1 variables=$2 query
  query=$(tr -s '\n ' ' ' <"operations/$name.graphql")
  exec curl --silent --show-error --fail-with-body "$url" --header 'Content-Type: application/json' \
    ${REHEARSE_TOKEN:+--header "Authorization: Bearer $REHEARSE_TOKEN"} \
    --data "{\"query\":\"$query\",\"variables\":{$variables}}" "${@:3}"
}

# each prints the values of a key, one on each line; first prints only the first value.
each() { grep -oP "\"$1\":\"\K[^\"]*" || { echo "no $1 in the answer" >&2; return 1; }; }
first() { each "$1" | sed -n 1p; }
slots() { grep -oP '"node":\{"id":"\K\d+' | paste -sd ' ' | sed 's/ /, /g'; }

exec {changes}< <(ask SlotsChanged "\"student\":$other,$range" --no-buffer --header 'Accept: text/event-stream')
trap "kill $!" EXIT
read -r -u "$changes" # the stream is open and the subscription is active

page=$(ask AvailableSlots "\"student\":$student,$range")
if [[ $page != *'"node":'* ]]; then
  echo "Student $student may not book any slot: $(each message <<<"$page")" >&2
  exit 1
fi
echo "page 1: $(slots <<<"$page")"
after=$(first endCursor <<<"$page")
echo "page 2: $(ask AvailableSlots "\"student\":$student,$range,\"after\":\"$after\"" | slots)"

slot=$(first id <<<"$page")
booked=$(ask BookSlot "\"student\":$student,\"slot\":$slot,\"key\":\"$RANDOM-$$-1\"")
echo "booked: $slot as interview $(first id <<<"$booked")"
refused=$(ask BookSlot "\"student\":$other,\"slot\":$slot,\"key\":\"$RANDOM-$$-2\"")
echo "refused: $(first code <<<"$refused") ($(first __typename <<<"$refused")), $(first id <<<"$refused") is free"

# The other student gets an event only for a slot that they could have booked.
if each code <<<"$refused" | grep -qv SLOT_TAKEN; then
  echo "Student $other may not book slot $slot anyway: set OTHER_STUDENT, or begin with a new school" >&2
  exit 1
fi
while read -r -t 30 line || { echo "slot $slot was not reported as closed" >&2; exit 1; }; do
  [[ $line =~ \"closedIds\":\[[^]]*\"$slot\" ]] && break
done <&"$changes"
echo "closed: $slot"
