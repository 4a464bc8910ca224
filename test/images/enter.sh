# Runs a program inside an image as a container engine would: as process 1, the image's user and in its folder, with the
# whole root file system read-only. It is run in mount and process namespaces of its own, so that all of this
# is gone when the program ends.
#   sh enter.sh USER FOLDER PROGRAM…
# USER is uid:gid. ROOT_COMMAND prints where the image's files are mounted; VOLUMES has folders of the host and where they appear in the
# image, as `FROM:TO`, separated by spaces. The network is the host's.
set -eu
root=$(eval "$ROOT_COMMAND")
volumes=$VOLUMES
unset ROOT_COMMAND VOLUMES
user=$1 folder=$2
shift 2

mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero random urandom; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
for volume in $volumes; do
  mount --bind "${volume%%:*}" "$root${volume#*:}"
done
mount -o remount,bind,ro "$root"
exec chroot --userspec="$user" --groups= "$root" sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
