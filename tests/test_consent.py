"""I6: which words mean "write to me no more", in three languages, and which only look like it."""

from __future__ import annotations

import pytest

from bot.consent import Wish, read_wish
from bot.domain import Kind

STOPS = """
STOP
stop
Stop.
STOP!!!
“STOP”
stopall
Stop all
unsubscribe
UNSUBSCRIBE ME
END
quit
revoke
opt out
Opt-out
please stop
stop please
Stop texting me
please stop texting me
can you guys stop messaging me already
Don't text me again
Don’t text me anymore
do not contact me again
never message me again
Remove me from your list
take me off this list please
I want to unsubscribe
please opt me out
no more texts please
stop sending me messages
stop with the texts
Alto
PARAR
baja
Dar de baja
no más mensajes
no me escriban más
Por favor no me manden más mensajes
ya no me escriban
dejen de escribirme
Deje de mandarme mensajes por favor
no quiero recibir más mensajes
no quiero más mensajes
quítenme de su lista
退订
停止
取消订阅
请停止发送短信
不要再给我发短信
别再发短信了
别再发消息给我了
请勿打扰
不要再联系我
我不想再收到你们的短信
""".strip().splitlines()

FALSE_FRIENDS = """
don't stop
Please don't stop texting me the updates
Don't stop texting me, I love the updates
Don’t stop messaging us with the menu options
when does the show stop
What time does the chef stop cooking?
cancel my booking
I need to cancel my reservation for Saturday
please stop by at 6
can the chef stop at the gate first?
we end at 9pm
is there a dead end street problem?
does the price end up higher with kids?
I quit my diet so add noodles
text me when you are on the way
why did you stop texting me?
the baby shower is at the end of June
does the list of sides include rice? take me through the list
para 20 personas
parar un momento, ¿cuánto cuesta?
alta cocina
¿hacen alta cocina japonesa?
somos 20 personas en planta baja
la fiesta es en la planta baja
¿es más alto el precio el sábado?
No deje de enviarme la cotización
No dejen de escribirme cuando lleguen
quiero cancelar mi reserva del sábado
no quiero más arroz, prefiero fideos
no más de 20 personas
取消我的预订
可以取消星期六的预约吗
停车方便吗
别忘了给我发短信
厨师几点停止做饭？
不要辣
我想退订金
可以开始了吗
""".strip().splitlines()

STARTS = ["START", "start.", "unstop", "Subscribe", "opt in", "empezar", "Alta", "开始", "重新订阅"]
HELPS = ["HELP", "help!", "info", "Ayuda", "帮助"]
CANCELS = ["CANCEL", "cancel.", "Cancelar", "cancela", "取消"]


@pytest.mark.parametrize("words", STOPS)
def test_a_refusal_is_understood(words: str) -> None:
    """Any reasonable wording counts."""
    assert read_wish(words, Kind.TEXT) is Wish.STOP


@pytest.mark.parametrize("words", FALSE_FRIENDS)
def test_a_false_friend_silences_nobody(words: str) -> None:
    """A customer who is taken off by mistake never hears from the business again."""
    assert read_wish(words, Kind.TEXT) is Wish.NONE


@pytest.mark.parametrize("words", STARTS)
def test_coming_back(words: str) -> None:
    """Nothing but the keyword."""
    assert read_wish(words, Kind.TEXT) is Wish.START


@pytest.mark.parametrize("words", HELPS)
def test_asking_for_help(words: str) -> None:
    """Nothing but the keyword."""
    assert read_wish(words, Kind.TEXT) is Wish.HELP
    assert read_wish(f"{words} me with the menu", Kind.TEXT) is Wish.NONE


@pytest.mark.parametrize("words", CANCELS)
def test_cancel_is_a_word_of_two_meanings(words: str) -> None:
    """The carrier takes it for STOP, the customer may mean the booking: it is asked about."""
    assert read_wish(words, Kind.TEXT) is Wish.CANCEL


def test_the_vendors_verdict_stands_above_the_words() -> None:
    """What the carrier has done already cannot be read differently."""
    assert read_wish("hola", Kind.OPT_OUT) is Wish.STOP
    assert read_wish("STOP", Kind.OPT_IN) is Wish.START
    assert read_wish("", Kind.HELP) is Wish.HELP


def test_a_long_story_is_a_conversation() -> None:
    """A revocation is short."""
    story = "My neighbour said to his caterer stop texting me and then " + "they talked " * 20
    assert read_wish(story, Kind.TEXT) is Wish.NONE


@pytest.mark.parametrize("words", ["", " ", "\n\t", "🛑", "👍", "?" * 5000, "stop " * 2000])
def test_odd_texts_are_read_without_fuss(words: str) -> None:
    """No words, no wish, and no time lost over them."""
    assert read_wish(words, Kind.TEXT) is Wish.NONE
