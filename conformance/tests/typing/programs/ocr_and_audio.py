"""Text out of documents and sound."""

from base64 import b64decode

from mistral_client import Mistral

client = Mistral()
document = {"type": "document_url", "document_url": "https://example.com/a.pdf"}
read = client.ocr.process(
    model="mistral-ocr-latest",
    document={"type": "document_url", "document_url": "https://example.com/a.pdf"},
)
for page in read.pages:
    print(page.index, page.markdown.upper())
speech = client.audio.speech.complete(input="Hello", voice_id="en_clara")
print(len(b64decode(speech.audio_data)))
heard = client.audio.transcriptions.complete(model="voxtral-mini-latest", file="a.wav")
print(heard.text.upper(), heard.language or "")
