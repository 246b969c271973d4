#!/usr/bin/env bash
# Puts trailproof on the PATH of the steps that follow, from a package or from a release.
set -euo pipefail

fail() {
  echo "::error::$1" >&2
  exit 2
}

folder=$RUNNER_TEMP/trailproof
rm -rf "$folder"
mkdir -p "$folder/bin"

if [ -z "$PACKAGE" ]; then
  [[ $VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "give a package, or a version such as 0.1.0"
  # GitHub does not say which repository a local action is from.
  [[ $RELEASES =~ ^https://[^/]+/[^/]+/[^/]+/ ]] || fail "a version is downloaded only where uses: names a repository; give a package"
  name=trailproof-$VERSION-$(uname -m)-unknown-linux-musl.tar.gz
  for file in "$name" SHA256SUMS; do
    curl --fail --silent --show-error --location --retry 3 --max-time 300 \
      --output "$folder/$file" "$RELEASES/v$VERSION/$file" || fail "cannot download $RELEASES/v$VERSION/$file"
  done
  (cd "$folder" && sha256sum --check --strict --ignore-missing SHA256SUMS) || fail "$name is not what SHA256SUMS says"
  PACKAGE=$folder/$name
fi

[ -f "$PACKAGE" ] || fail "the package does not exist: $PACKAGE"
case "$PACKAGE" in
  *.tar.gz) tar --extract --gzip --file "$PACKAGE" --directory "$folder/bin" --strip-components 1 ;;
  *.deb)
    dpkg-deb --extract "$PACKAGE" "$folder/deb"
    mv "$folder/deb/usr/bin/trailproof" "$folder/bin/"
    ;;
  *.zip) fail "a zip is for AWS Lambda: give the program, the tarball or the Debian package" ;;
  *) install -m 755 "$PACKAGE" "$folder/bin/trailproof" ;;
esac
"$folder/bin/trailproof" --version
echo "$folder/bin" >>"$GITHUB_PATH"
