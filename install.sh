#!/bin/sh
# Installs a released intercom-harden: downloads the archive for this system, verifies its checksum, tries the program, and
# puts it into a folder. It needs curl and tar, and on Windows a shell such as Git Bash with unzip.
set -eu

usage='  curl -fsSL https://github.com/YOUR_ORGANIZATION/intercom-harden/releases/latest/download/install.sh | sh
  sh install.sh --version 0.1.0 --to /usr/local/bin --attested

  --version VERSION   this version and not the newest one
  --to FOLDER         where the program goes [default: ~/.local/bin]
  --from URL          the repository that has the releases
  --attested          refuse an archive for which gh, the program of GitHub, verifies no build provenance for this version
  --commit SHA        the same, and the archive was built from this commit
  --target TARGET     the archive for this target and not the one that suits the system'

stop() {
    printf 'install.sh: %s\n' "$1" >&2
    exit 1
}

there() {
    command -v "$1" > /dev/null
}

need() {
    there "$1" || stop "$1 is not installed."
}

# The target whose archive runs here.
suitable() {
    case $(uname -m) in
        x86_64 | amd64) cpu=x86_64 ;;
        aarch64 | arm64) cpu=aarch64 ;;
        *) stop "There is no release for the processor $(uname -m). Build the program with cargo." ;;
    esac
    case $(uname -s) in
        Linux)
            # The program for glibc needs version 2.35; the static one runs everywhere.
            libc=$(getconf GNU_LIBC_VERSION 2> /dev/null) || libc=
            minor=${libc#glibc 2.}
            case $minor in
                '' | *[!0-9]*) libc=musl ;;
                *) if [ "$minor" -ge 35 ]; then libc=gnu; else libc=musl; fi ;;
            esac
            echo "$cpu-unknown-linux-$libc"
            ;;
        Darwin) echo "$cpu-apple-darwin" ;;
        MINGW* | MSYS* | CYGWIN*) echo "x86_64-pc-windows-msvc" ;;
        *) stop "There is no release for the system $(uname -s). Build the program with cargo." ;;
    esac
}

# Downloads a file of the release into the temporary folder.
download() {
    curl --fail --silent --show-error --location --globoff --proto "$protocol" --retry 3 --connect-timeout 20 \
        --max-time 600 --output "$folder/$1" "$release/$1" ||
        stop "$release/$1 cannot be downloaded. Is there such a release?"
}

digest() {
    if there sha256sum; then
        sha256sum < "$1"
    else
        need shasum
        shasum -a 256 < "$1"
    fi | cut -d ' ' -f 1
}

verify_attestation() {
    set -- attestation verify "$1" --repo "$repository" --deny-self-hosted-runners \
        --signer-workflow "$repository/.github/workflows/release.yml"
    [ -z "$version" ] || set -- "$@" --source-ref "refs/tags/v$version"
    [ -z "$commit" ] || set -- "$@" --source-digest "$commit"
    gh "$@" || stop "No build provenance of $archive says that the release workflow of $repository built it${version:+ for version $version}${commit:+ from the commit $commit}. Is gh signed in (gh auth login), or GH_TOKEN set?"
}

# The first line that a program says of itself. What was downloaded sees no token of GitHub's.
run() (
    unset GH_TOKEN GITHUB_TOKEN
    said=$("$1" --version) && printf '%s\n' "$said" | sed -n 1p
)

# A function, so that nothing runs of a script that arrives in part.
main() {
    version='' to='' from=https://github.com/YOUR_ORGANIZATION/intercom-harden attested=false commit='' target=''
    while [ $# -gt 0 ]; do
        case $1 in
            --help | -h)
                printf '%s\n' "$usage"
                exit
                ;;
            --attested)
                attested=true
                shift
                continue
                ;;
            --version | --to | --from | --commit | --target) ;;
            *) stop "There is no option $1. The option --help lists them." ;;
        esac
        [ -n "${2:-}" ] || stop "The option $1 needs a value."
        case $1 in
            --version) version=${2#v} ;;
            --to) to=$2 ;;
            --from) from=${2%/} ;;
            --target) target=$2 ;;
            --commit)
                commit=$2
                attested=true
                ;;
        esac
        shift 2
    done
    case $version in *..* | *[!0-9A-Za-z.+-]*) stop "$version is no version such as 0.1.0." ;; esac
    case $target in *[!0-9a-z_-]*) stop "$target is no target such as x86_64-unknown-linux-musl." ;; esac
    case $from in
        */YOUR_ORG*) stop "Name the repository that has the releases with --from https://github.com/OWNER/REPOSITORY." ;;
        *[!0-9A-Za-z.:/_-]*) protocol='' ;;
        https://*/*/*) protocol='=https' ;;
        http://127.0.0.1:*/*/* | http://localhost:*/*/*) protocol='=http' ;;
        *) protocol='' ;;
    esac
    [ -n "$protocol" ] || stop "--from takes https://HOST/OWNER/REPOSITORY, not $from."
    repository=${from#*://*/}
    if [ -n "$version" ]; then
        release=$from/releases/download/v$version
    else
        release=$from/releases/latest/download
    fi
    # An attestation of any version would say little of the newest one.
    [ "$attested" = false ] || [ -n "$version$commit" ] || stop "The option --attested needs --version or --commit."
    if [ -z "$to" ]; then
        [ -n "${HOME:-}" ] || stop "HOME is not set. Name the folder with --to."
        to=$HOME/.local/bin
    fi

    [ -n "$target" ] || target=$(suitable)
    archive=intercom-harden-$target.tar.gz program=intercom-harden unpack=tar
    case $target in *windows*) archive=intercom-harden-$target.zip program=intercom-harden.exe unpack=unzip ;; esac
    need curl
    need "$unpack"
    [ "$attested" = false ] || there gh || stop "gh, which verifies the build provenance, is not installed. See https://cli.github.com."
    [ ! -d "$to/$program" ] || stop "$to/$program is a folder. Name another one than $to with --to."
    mkdir -p "$to"
    folder=$(mktemp -d) new=''
    trap 'rm -rf "$folder" "$new"' EXIT
    trap 'exit 1' HUP INT TERM

    download SHA256SUMS
    expected=$(awk -v name="$archive" '$2 == name && $1 ~ /^[0-9a-f]+$/ && length($1) == 64 { print $1 }' "$folder/SHA256SUMS")
    [ -n "$expected" ] || stop "The release has no archive for $target: $release/SHA256SUMS does not list $archive."
    download "$archive"
    found=$(digest "$folder/$archive")
    [ "$found" = "$expected" ] || stop "$archive is damaged: its SHA-256 is $found, and SHA256SUMS says $expected. Nothing was installed."
    [ "$attested" = false ] || verify_attestation "$folder/$archive"

    case $unpack in
        unzip) unzip -q "$folder/$archive" -d "$folder" ;;
        tar) tar -xzf "$folder/$archive" -C "$folder" ;;
    esac
    # Tried beside the old one and then renamed, so that the program is never there in part, and one that runs goes on.
    new=$(mktemp "$to/.intercom-harden.XXXXXX")
    cp "$folder/intercom-harden-$target/$program" "$new"
    chmod 755 "$new"
    installed=$(run "$new") || stop "The program for $target does not run on this system. Nothing was installed."
    mv -f "$new" "$to/$program"
    printf 'Installed %s as %s. To try it: intercom-harden scan --demo\n' "$installed" "$to/$program"
    case ":$PATH:" in
        *":$to:"*) ;;
        *) printf 'The folder %s is not in PATH. Add it, or name the program by its path.\n' "$to" ;;
    esac
}

{ main "$@"; exit; }
