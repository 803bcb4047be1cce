"""Names that are nowhere; each line says what a type checker has to find."""

import mistral_client
from mistral_client import SDKError  # error: attr-defined
from mistral_client.errors import RateLimitError  # error: attr-defined
from mistral_client.models import UserMesage  # error: attr-defined

mistral_client.Mistrall  # error: attr-defined
print(SDKError, RateLimitError, UserMesage)
