"""Windows of headless Chromium, and a visitor of the page of serve.py."""

TIMEOUT = 240       # seconds that speech may take

# the loudest sample of what the audio element plays within half a second, or ten if it pauses
LISTEN = """async () => {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  const audio = document.querySelector('audio');
  context.createMediaStreamSource(audio.srcObject || audio.captureStream()).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (let i = 0; i < 500 && (i < 25 || loudest < 0.01); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples.map(Math.abs));
  }
  context.close();
  return loudest;
}"""
# the positions that the audio element is set to
RECORD_SEEKS = """() => {
  window.seeks = [];
  const audio = document.querySelector('audio');
  audio.addEventListener('seeking', () => seeks.push(audio.currentTime));
}"""
# how many different colors a canvas has
COLORS = """(id) => {
  const canvas = document.getElementById(id);
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""


class Window(object):
    """A window of the browser. requests: addresses that the page asked for; problems: its errors"""

    def __init__(self, browser, **settings):
        self.requests, self.problems = [], []
        self.page = browser.new_context(**settings).new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda message: self.problems.append(message.text)
                     if message.type == "error" else None)


class Visitor(Window):
    """A window with the page of serve.py."""

    def __init__(self, browser, address, **settings):
        super().__init__(browser, **settings)
        self.address = address
        self.open()

    def open(self):
        self.page.goto(self.address)
        self.page.wait_for_selector("#voice option", state="attached")

    def text(self, selector):
        return self.page.inner_text(selector)

    def time(self):
        return self.page.evaluate("document.querySelector('audio').currentTime")

    def position(self):
        return float(self.page.get_attribute("#waveform", "aria-valuenow"))

    def is_generating(self):
        return self.page.is_visible("#cancel")

    def write(self, text):
        self.page.fill("#text", text)
        self.page.wait_for_function("() => !document.getElementById('reading').hidden")

    def speak(self, text):
        """Speak a text and wait for its analysis."""
        self.write(text)
        self.page.press("#text", "Control+Enter")
        self.wait()

    def wait(self):
        self.page.wait_for_selector("#cancel", state="hidden", timeout=1000 * TIMEOUT)
        assert not self.page.is_visible("#error"), self.text("#error")
        self.page.wait_for_selector("#analysis", timeout=1000 * TIMEOUT)

    def pause(self):
        self.page.evaluate("() => document.querySelector('#play.playing')?.click()")
