"""Runs a command with standard output and standard error on pseudo terminals of their own, and tells
as JSON what came out of each: the exit status, the texts, and after how many seconds standard error
began to say something.

Arguments: columns, which of "out", "err", "both", "none" is a terminal, and the command."""
import fcntl, json, os, pty, selectors, struct, subprocess, sys, termios, time

columns, which, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
ends, said, first = {}, {"out": b"", "err": b""}, None
for name in said:
    if which in (name, "both"):
        reader, writer = pty.openpty()
        fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    else:
        reader, writer = os.pipe()
    ends[name] = reader, writer
begun = time.monotonic()
child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=ends["out"][1], stderr=ends["err"][1])
waiting = selectors.DefaultSelector()
for name, (reader, writer) in ends.items():
    os.close(writer)
    waiting.register(reader, selectors.EVENT_READ, name)
while waiting.get_map():
    for key, _ in waiting.select():
        try:
            some = os.read(key.fd, 65536)
        except OSError:  # A terminal that nobody holds any more.
            some = b""
        if not some:
            waiting.unregister(key.fd)
            continue
        if key.data == "err" and first is None:
            first = time.monotonic() - begun
        said[key.data] += some
text = {name: some.decode().replace("\r\n", "\n") for name, some in said.items()}
print(json.dumps({"code": child.wait(), "first": first, **text}))
