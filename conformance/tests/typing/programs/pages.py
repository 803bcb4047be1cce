"""Pages of lists."""

from mistral_client import Mistral

client = Mistral()
for model in client.models.list().data:
    print(model.id, model.type)
page = client.beta.libraries.list(page_size=10, page=None)
for library in page.data:
    print(library.name, library.total_size // 1024, library.nb_documents)
print(page[0].name.upper(), [library.name for library in page[1:]])
for campaign in client.beta.observability.campaigns.list().campaigns.results:
    print(campaign.name)
names: list[str] = [file.filename for file in client.files.list().data]
