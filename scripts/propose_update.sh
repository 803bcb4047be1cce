#!/usr/bin/env bash
# Takes the documents in $SPEC (files or URLs) and commits what came of it to a branch of its own,
# with the drift report as the text. With --push it also opens the change on GitHub.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${SPEC:?name the upstream documents, files or URLs, in SPEC}"
python=.venv/bin/python
status=0
# What words are missing is drafted in the change: 3 says that a person has to go over it.
# shellcheck disable=SC2086 # SPEC may name several
"$python" scripts/update.py --drafts $SPEC || status=$?
if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
    exit "$status"
fi
if [ -z "$(git status --porcelain -- openapi generated CHANGELOG.md)" ]; then
    echo "propose_update: nothing changed upstream"
    exit 0
fi
report="$(find openapi/drift -name '????-??-??.md' | sort | tail -n 1)"
day="$(basename "$report" .md)"
git switch --quiet --create "update-$day"
git add openapi generated CHANGELOG.md
git -c user.name="${GIT_AUTHOR_NAME:-nightly}" -c user.email="${GIT_AUTHOR_EMAIL:-nightly@localhost}" \
    commit --quiet --message "Take the upstream document of $day" --message "$(sed -n 3p "$report")"
echo "propose_update: committed to update-$day; its report is $report"
if [ "${1:-}" = "--push" ]; then
    gh auth setup-git
    git push --quiet --force origin "update-$day"
    title="Take the upstream document of $day"
    if ! gh pr view "update-$day" >/dev/null 2>&1; then
        head --bytes 60000 "$report" | gh pr create --head "update-$day" --title "$title" --body-file -
    fi
fi
