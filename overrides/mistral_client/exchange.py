"""The one algorithm behind every request: send, adapt, retry, give up, in steps.

`Exchange.run` is a generator. It yields what has to be done (the steps of `steps`) and is sent the
outcome, or thrown the failure. It decides everything and does no I/O itself; the two drivers in
`send` do the steps, one with and one without `await`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, cast

import attr
import httpx

from mistral_client.adapters import adapters_of
from mistral_client.bodies import Answer, Body, limit_of_error
from mistral_client.requests import encode_json
from mistral_client.steps import Ask, Pause, Read, Save, Transfer
from mistral_generated.base import Model
from mistral_generated.types import Call, StreamCall

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_client.adapters import AnyCall
    from mistral_client.contexts import Context
    from mistral_client.downloads import Sink
    from mistral_client.files import Multipart
    from mistral_client.options import Options
    from mistral_client.steps import Steps
    from mistral_generated.types import Response

T = TypeVar("T")

# What is left of a deadline that is over, in seconds: any wait ends at once.
_SHORTEST_S: Final = 0.001

# Under which name a response says for how many tokens its request was counted.
COUNTED: Final = "mistral_client.counted"

_logger = logging.getLogger("mistral_client")

# Called with every answer; `raw` adds one when it is first used.
observers: list[Callable[[Response], None]] = []


@attr.define(slots=False, eq=False, repr=False)
class Exchange:
    """One call on its way: what was sent how often, and what came of it.

    `is_unsure` says that a sending got no answer: the server may have acted on it. `counted` is for
    how many tokens the last sending counts until its answer says what it took.
    """

    context: Context
    call: AnyCall
    options: Options
    attempt: int = 0
    started_s: float = 0.0
    is_rerouted: bool = False
    is_unsure: bool = False
    multipart: Multipart | None = None
    counted: int | None = None

    def run(
        self, sink: Sink | None = None, *, keeps_open: bool = False
    ) -> Steps[httpx.Response | Response]:
        """Return the success answer, retried, adapted.

        With `keeps_open` it is unread; with a sink its body was written there.

        Raises:
            APIStatusError: The answer is an error.
            ConnectionFailed: There is no answer.
            TimedOut: There is no answer in time.
            AnswerTooLarge: The answer is over `max_answer_bytes`.

        """
        self.started_s = self.context.timing.monotonic()
        self._prepare()
        content = self._open_body()
        try:
            while True:
                response = yield from self._transfer(content, sink, keeps_open=keeps_open)
                if response is None:
                    continue
                if isinstance(response, httpx.Response):
                    return response
                answer = self._adapt(response)
                if isinstance(answer, Call | StreamCall):
                    if answer.json is not self.call.json:
                        content = encode_json(answer)
                    self.call = answer
                elif 200 <= answer.status_code < 300:
                    return answer
                else:
                    yield Pause(self._delay_after_status(answer))
        finally:
            if self.multipart is not None:
                self.multipart.close()

    def _prepare(self) -> None:
        """Let the caller's extras and the adapters change what is sent."""
        if self.options.extra_body or self.options.extra_query:
            from mistral_client.extras import extended  # noqa: PLC0415 - hardly any call has any

            self.call = extended(self.call, self.options)
        for adapter in adapters_of(self.call.operation.id):
            if adapter.adapt_request is not None:
                self.call = adapter.adapt_request(self.call, self.context.memory)

    def _transfer(
        self, content: bytes | Multipart | None, sink: Sink | None, *, keeps_open: bool
    ) -> Steps[httpx.Response | Answer | None]:
        """Return the answer, or None after a failure that was waited for and may be repeated.

        A success that is kept open or saved is httpx's, any other answer is read.
        """
        limit = self.context.settings.rate_limit
        if limit is not None:
            from mistral_client.turns import take_turn  # noqa: PLC0415 - few clients have a rate

            yield from take_turn(limit, self, content)
        self.attempt += 1
        request = self.context.writer.write(self.call, self._bounded(), content)
        source = self.context.writer.key_source
        if source is not None and "authorization" not in request.headers:
            yield Ask(source, request)
        response: httpx.Response | None = None
        answer: httpx.Response | Answer
        try:
            answer = response = cast("httpx.Response", (yield Transfer(request)))
            if self.options.deadline is not None:
                from mistral_client.deadlines import bounded  # noqa: PLC0415 - as in `options`

                bounded(response, self.options.deadline)
            if response.is_success and sink is not None:
                body = Body(b"", (yield Save(response, sink, self.options.max_answer_bytes)))
            elif response.is_success and keeps_open:
                body = Body(b"", is_whole=True)
            else:
                body = cast("Body", (yield Read(response, self._limit(response))))
                answer = self._answer(response, body)
        except httpx.HTTPStatusError as raised:
            return self._raised(raised.response)
        except httpx.HTTPError as failure:
            yield Pause(self._delay_after_failure(failure, request, response, sink))
            return None
        self._note(answer)
        if limit is not None:
            from mistral_client.turns import count  # noqa: PLC0415 - as above

            count(limit, self, response)
        if response.is_success and not body.is_whole:
            self._refuse(self._answer(response, body))
        return answer

    def _bounded(self) -> Options:
        """Return the options with no timeout longer than what is left until the deadline."""
        deadline = self.options.deadline
        if deadline is None:
            return self.options
        left_s = max(deadline.left_s(), _SHORTEST_S)
        return attr.evolve(self.options, timeouts=self.options.timeouts.within(left_s))

    def _answer(self, response: httpx.Response, body: Body) -> Answer:
        """Return the answer with its body; one that was cut does not end within a secret."""
        content = body.content
        if not body.is_whole:
            content = self.context.redactor(self.options).beginning(content)
        return Answer(response.status_code, response.headers, content)

    def _raised(self, response: httpx.Response) -> Answer:
        """Return the error answer that a hook of the caller's own httpx client raised."""
        content = response.content if response.is_stream_consumed else b""
        answer = self._answer(response, Body(content, is_whole=True))
        self._note(answer)
        return answer

    def _limit(self, response: httpx.Response) -> int | None:
        """Return how much of a body to read, in bytes; nobody reads long ones of errors."""
        limit = self.options.max_answer_bytes
        return limit if response.is_success else limit_of_error(limit)

    def _refuse(self, answer: Answer) -> NoReturn:
        """Raise the error for an answer that is over the limit."""
        from mistral_client.failures import too_large  # noqa: PLC0415 - for errors only

        raise too_large(
            self.call.operation.id,
            answer,
            limit=self.options.max_answer_bytes,
            attempts=self.attempt,
            redactor=self.context.redactor(self.options),
        )

    def parse(self, answer: Response) -> object:
        """Return what an answer says.

        Raises:
            DecodeError: It is not what the document promises, or reports an error; in strict mode,
                also where parts are missing or unknown. The error has the answer.

        """
        call = cast("Call[object]", self.call)
        try:
            value = call.parse(answer)
            if may_be_error(value):
                self._refuse_error(value, answer)
            if self.context.settings.strict:
                from mistral_client.strict import check  # noqa: PLC0415 - for strict clients only

                check(value)
        except (ValueError, RecursionError) as fault:
            from mistral_client.causes import clean  # noqa: PLC0415 - for errors only
            from mistral_client.failures import decode_error  # noqa: PLC0415 - for errors only

            redactor = self.context.redactor(self.options)
            raise decode_error(
                call.operation.id, answer, fault, attempts=self.attempt, redactor=redactor
            ) from clean(fault, redactor)
        limit = self.context.settings.rate_limit
        if limit is not None and self.counted is not None:
            limit.settle(value, self.counted)
        return value

    def _refuse_error(self, value: object, answer: Response) -> None:
        """Raise the error that an answer with a success status reports, if it is one."""
        from mistral_client.reported_errors import (  # noqa: PLC0415 - for odd answers only
            find_problem,
            returns_anything,
        )

        call = cast("Call[object]", self.call)
        is_free = returns_anything(call.parse)
        if find_problem(value, answer.content, is_free=is_free) is None:
            return
        from mistral_client.failures import reported_error  # noqa: PLC0415 - for errors only

        raise reported_error(
            call.operation.id,
            answer,
            attempts=self.attempt,
            redactor=self.context.redactor(self.options),
        )

    def _open_body(self) -> bytes | Multipart | None:
        """Return the body to send; files are opened here, and closed when the exchange ends."""
        form = self.call.form
        if form is None:
            return encode_json(self.call)
        from mistral_client.files import Multipart  # noqa: PLC0415 - only uploads need it

        self.multipart = Multipart(form)
        return self.multipart

    def _adapt(self, answer: Response) -> Response | AnyCall:
        """Return the answer as the adapters read it, or another call to send, at most once."""
        for adapter in adapters_of(self.call.operation.id):
            if adapter.adapt_response is None:
                continue
            adapted = adapter.adapt_response(answer, self.call, self.context.memory)
            if not isinstance(adapted, Call | StreamCall):
                answer = adapted
            elif not self.is_rerouted:
                self.is_rerouted = True
                return adapted
        return answer

    def _delay_after_status(self, answer: Response) -> float:
        """Return the wait before sending again, in seconds.

        Raises:
            APIStatusError: It is not sent again: the answer as an error.

        """
        from mistral_client.failures import status_error  # noqa: PLC0415 - for errors only
        from mistral_client.retries import (  # noqa: PLC0415 - for errors only
            is_worth_repeating,
            retry_after_s,
        )

        operation = self.call.operation
        asked_s = retry_after_s(answer.headers, self.context.timing.now())
        if is_worth_repeating(operation, answer.status_code, answer.headers):
            delay_s = self._delay(asked_s)
            if delay_s is not None:
                return delay_s
        raise status_error(
            operation.id,
            answer,
            attempts=self.attempt,
            retry_after_s=asked_s,
            is_unsure=self.is_unsure,
            redactor=self.context.redactor(self.options),
        )

    def _delay_after_failure(
        self,
        failure: httpx.HTTPError,
        request: httpx.Request,
        response: httpx.Response | None,
        sink: Sink | None,
    ) -> float:
        """Return the wait before sending again, in seconds.

        Raises:
            ConnectionFailed: It is not sent again: the failure as our error.
            TimedOut: The same, for a failure that is a timeout.
            DecodeError: The same, for an answer that is not what its encoding says.

        """
        from mistral_client.causes import clean  # noqa: PLC0415 - for errors only
        from mistral_client.failures import explain, was_sent  # noqa: PLC0415 - for errors only
        from mistral_client.retries import does_no_harm_twice  # noqa: PLC0415 - for errors only

        operation, deadline = self.call.operation, self.options.deadline
        if deadline is not None and deadline.left_s() <= 0 and was_sent(failure):
            failure = deadline.over()
        if _logger.isEnabledFor(logging.DEBUG):
            from mistral_client.logs import log_failure  # noqa: PLC0415 - for logging only

            log_failure(operation.id, failure, elapsed_s=self._elapsed_s(), attempt=self.attempt)
        self.is_unsure = self.is_unsure or was_sent(failure)
        may_repeat = not was_sent(failure) or does_no_harm_twice(operation)
        if isinstance(failure, httpx.DecodingError | httpx.UnsupportedProtocol):
            may_repeat = False
        if may_repeat and (sink is None or sink.restart()):
            delay_s = self._delay(None)
            if delay_s is not None:
                return delay_s
        redactor = self.context.redactor(self.options)
        raise explain(
            failure,
            operation.id,
            request=request,
            response=response,
            attempts=self.attempt,
            redactor=redactor,
        ) from clean(failure, redactor)

    def _delay(self, asked_s: float | None) -> float | None:
        """Return the wait before sending again, in seconds, or None when it must not go again."""
        if self.multipart is not None and not self.multipart.can_be_sent:
            return None
        from mistral_client.retries import Retries  # noqa: PLC0415 - for errors only

        jitter = self.context.timing.jitter()
        policy = Retries.of(self.options.retries)
        delay_s = policy.delay_s(self.attempt, self._elapsed_s(), asked_s, jitter)
        deadline = self.options.deadline
        if delay_s is not None and deadline is not None and delay_s >= deadline.left_s():
            delay_s = None
        if delay_s is not None and _logger.isEnabledFor(logging.DEBUG):
            from mistral_client.logs import log_retry  # noqa: PLC0415 - for logging only

            log_retry(self.call.operation.id, delay_s)
        return delay_s

    def _elapsed_s(self) -> float:
        """Return the time since the first sending, in seconds."""
        return self.context.timing.monotonic() - self.started_s

    def _note(self, response: Response) -> None:
        """Show the answer to `raw`, and leave a line in the log."""
        for observe in observers:
            observe(response)
        if _logger.isEnabledFor(logging.DEBUG):
            from mistral_client.logs import log_answer  # noqa: PLC0415 - for logging only

            log_answer(
                self.call.operation.id,
                response,
                elapsed_s=self._elapsed_s(),
                attempt=self.attempt,
                redactor=self.context.redactor(self.options),
            )


def may_be_error(value: object) -> bool:
    """Say whether what was read may be an error: at a glance, since hardly any answer is.

    A model that has all that the document requires, and nothing beyond it, is none.
    """
    if isinstance(value, Model):
        return "additional_properties" in value.__dict__ or bool(value.missing_fields)
    return value is None or isinstance(value, dict)


def call_steps(context: Context, call: Call[T], options: Options) -> Steps[T]:
    """Return the parsed answer of a call.

    Raises:
        DecodeError: The answer cannot be read.
        APIStatusError: As `Exchange.run`.
        ConnectionFailed: As `Exchange.run`.
        TimedOut: As `Exchange.run`.
        AnswerTooLarge: As `Exchange.run`.

    """
    exchange = Exchange(context, call, options)
    answer = yield from exchange.run()
    return cast("T", exchange.parse(answer))


def download_steps(context: Context, call: Call[bytes], options: Options, sink: Sink) -> Steps[int]:
    """Return how many bytes were written; on a failure nothing of it stays."""
    try:
        yield from Exchange(context, call, options).run(sink)
        sink.finish()
    finally:
        sink.discard()
    return sink.size


def open_steps(context: Context, call: StreamCall[Any], options: Options) -> Steps[httpx.Response]:
    """Return an open response whose body is still to be read; the caller closes it."""
    response = yield from Exchange(context, call, options).run(keeps_open=True)
    return cast("httpx.Response", response)
