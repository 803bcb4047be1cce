#!/usr/bin/env bash
# Takes the documents in $SPEC (files or URLs) and commits what came of it to a branch of its own,
# with the drift report as the text. With --push it also opens the change on GitHub. A branch that
# is there already is left alone: somebody may be at work on it.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${SPEC:?name the upstream documents, files or URLs, in SPEC}"
python="${PYTHON:-.venv/bin/python}"
changed=(openapi generated CHANGELOG.md conformance/mistral_conformance/groups)
told="$(mktemp)"
trap 'rm -f "$told"' EXIT
if [ -n "$(git status --porcelain -- "${changed[@]}")" ]; then
    echo "propose_update: there are changes that are not committed; commit or stash them first" >&2
    exit 1
fi
status=0
# What words are missing is drafted in the change: 3 says that a person has to go over it.
# shellcheck disable=SC2086 # SPEC may name several
"$python" scripts/update.py --drafts $SPEC | tee "$told" || status=$?
if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
    exit "$status"
fi
if [ -z "$(git status --porcelain -- "${changed[@]}")" ]; then
    echo "propose_update: nothing changed upstream"
    exit 0
fi
report="$(find openapi/drift -name '????-??-??.md' | sort | tail -n 1)"
day="$(basename "$report" .md)"
branch="update-$day"
if git show-ref --quiet "refs/heads/$branch" ||
    { [ "${1:-}" = "--push" ] && git ls-remote --exit-code --heads origin "$branch" >/dev/null; }; then
    git restore -- "${changed[@]}"
    git clean --quiet -d --force -- "${changed[@]}"
    echo "propose_update: $branch is there already; it stays as it is. Delete it to propose anew"
    exit 0
fi
git switch --quiet --create "$branch"
git add "${changed[@]}"
body="$(sed -n 3p "$report")"
if [ "$status" -eq 3 ]; then
    body="$body

Drafts have to be gone over: remove their \`x-draft: true\` and the word DRAFT, then run
python scripts/update.py, which generates the client too."
fi
git -c user.name="${GIT_AUTHOR_NAME:-nightly}" -c user.email="${GIT_AUTHOR_EMAIL:-nightly@localhost}" \
    commit --quiet --message "Take the upstream document of $day" --message "$body"
echo "propose_update: committed to $branch; its report is $report"
if [ "${1:-}" = "--push" ]; then
    gh auth setup-git
    git push --quiet origin "$branch"
    {
        printf '%s\n\n' "$body"
        cat "$report"
        if [ "$status" -eq 3 ]; then
            printf '\n## To go over\n\n```text\n%s\n```\n' "$(sed -n '/^$/,$p' "$told")"
        fi
    } | head --bytes 60000 |
        gh pr create --head "$branch" --title "Take the upstream document of $day" --body-file -
fi
