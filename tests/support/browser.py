"""A headless Chromium, driven by its DevTools protocol over a pipe: JSON, each message ended by NUL."""
import json, os, shutil, subprocess, tempfile, time


class Browser:
    """One page. `seconds` is how long anything may take."""

    def __init__(self, program, seconds=60):
        self.seconds, self.last, self.rest = seconds, 0, b""
        self.events = []
        self.profile = tempfile.mkdtemp()
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()

        def descriptors():  # those that the protocol wants, 3 and 4
            for end, number in ((to_browser, 30), (from_browser, 31), (30, 3), (31, 4)):
                os.dup2(end, number)

        self.process = subprocess.Popen(
            [program, "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
             f"--user-data-dir={self.profile}", "about:blank"],
            preexec_fn=descriptors, pass_fds=(3, 4, to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.close(to_browser)
        os.close(from_browser)
        self.session = None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self):
        while b"\0" not in self.rest:
            data = os.read(self.read_end, 1 << 16)
            if not data:
                raise SystemExit(f"the browser ended: {self.process.stderr.read().decode(errors='replace')[-2000:]}")
            self.rest += data
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **params):
        self.last += 1
        body = {"id": self.last, "method": method, "params": params}
        if self.session:
            body["sessionId"] = self.session
        os.write(self.write_end, json.dumps(body).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.last:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete'")

    def run(self, script):
        """The value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait_for(self, script):
        end = time.monotonic() + self.seconds
        while not self.run(script):
            if time.monotonic() > end:
                raise SystemExit(f"waited {self.seconds} s for {script}")
            time.sleep(0.02)

    def click(self, selector):
        """As a user does: with the mouse, in the middle of what is there."""
        x, y = self.run(f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
                        " return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type_into(self, selector, text):
        """By the keyboard, in place of what is there."""
        self.run(f"(() => {{ const f = document.querySelector({json.dumps(selector)}); f.focus(); f.select(); }})()")
        if text:
            self.call("Input.insertText", text=text)
        else:
            for kind in ("rawKeyDown", "keyUp"):
                self.call("Input.dispatchKeyEvent", type=kind, key="Delete", code="Delete", windowsVirtualKeyCode=46)
