"""Arguments that are wrong; each line says what a type checker has to find."""

from mistral_client import Mistral

client = Mistral()
client.chat.complete(messages=[])  # error: call-arg
client.chat.complete(model=3, messages=[])  # error: arg-type
client.chat.complete(model="m", messages="hi")  # error: arg-type
client.chat.complete(model="m", messages=["hi"])  # error: list-item
client.chat.complete(model="m", messages=[], temprature=1)  # error: call-arg
client.chat.complete(model="m", messages=[], temperature="hot")  # error: arg-type
client.chat.complete(model="m", messages=[], response_format={"type": 3})  # error: arg-type
client.chat.complete(model="m", messages=[], timeout="long")  # error: arg-type
client.beta.libraries.create()  # error: call-arg
client.beta.libraries.get(library_id=None)  # error: arg-type
client.files.upload(file=3, purpose="ocr")  # error: arg-type
client.embeddings.create(model="mistral-embed", inputs=[1])  # error: list-item
client.with_options(timeout="long")  # error: arg-type
Mistral(retries="many")  # error: arg-type
