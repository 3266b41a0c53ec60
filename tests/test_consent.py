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
ya no me estén mandando mensajes
dejen de estarme escribiendo
ya dejen de mandarme cosas
ya párenle con los mensajes
ya no quiero que me escriban
no quiero que me contacten
no me anden mandando publicidad
basta con los textos
favor de no escribirme más
que ya no me estén molestando
no me estés mandando textos
me gustaría dejar de recibir sus mensajes
quítenme de la lista por favor
elimínenme de sus contactos
eliminen mi numero de su lista
ya no deseo recibir mensajes
paren de mandarme textos
no me mande mas textos
quit sending me these
stop sending me these
stop sending these
quit it with the texts
enough with the messages already
stop hitting me up
can you stop texting this number
I'd like to stop receiving these messages
I do not wish to receive any more texts
don't be texting me
take my number off your list
delete my number
stop contacting me
quit blowing up my phone
don't send me anything else
I would like you to stop messaging me
dont msg me again
leave me alone please
cease texting me
别一直给我发消息
不要一直发信息给我
能不能别再发了
不要再發了
請不要再傳簡訊給我
别再骚扰我
請勿再發送
我不想再收到你们的消息了
不要再给我发广告了
把我的号码删了
别发了
不要發短信給我
以后不要再联系我了
if you don't stop texting me I'm reporting you
when are you going to stop texting me
再发短信我就举报
I said stop texting me!!
we no longer wish to receive your messages
Stop the texts
please take us off your contact list
I never signed up for this, stop texting
oigan ya no me anden escribiendo
quiten mi número por favor
déjenme de escribir
ya párale con los mensajitos
no me contacte más
拜托别再传简讯了
請停止傳訊息給我
我不希望再收到你们的广告
不想再看到你们的短信
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
no pare de mandarme info
no dejes de mandarme mensajes
que no paren los mensajes
no me dejen de escribir
no quiero dejar de recibir sus mensajes
please dont stop sending me updates
don't ever stop sending these lol
I don't want you to stop texting me
I didn't ask you to stop texting me
不要停止发消息
不要停
别忘了发短信给我
别发英文，发中文
别再发英文了
別忘了傳訊息給我
we don't want any more shrimp
quit job party for 20
no me manden el mismo chef
no me estén cobrando de más
don't send me the same chef
dont send the old chef
delete my last order
take me through it
quítenme las gyozas de la lista
take the sake off the list
basta con 20 platos
don't text me in spanish please, english
stop by and text me
please don't call me, text me
no me hablen por teléfono, mejor por mensaje
别打电话给我，发消息就好
please don't text after 10pm, I'm asleep
stop putting onions in
不要发票
不想收到发票
if you stop by, text me
can we stop the music at 9
couldn't stop eating lol
no paramos de hablar del show
deja de lado el arroz
no me mande el menú en pdf
no nos manden el chef tarde
please don't send the invoice to my wife
don't contact my husband about it
no le escriban a mi esposa, es sorpresa
别告诉我老婆
别发太多姜汁
不要停车费吧
I don't want anything spicy
I don't want anything raw
never mind that
no quiero nada más, solo eso
ya no quiero eso, mejor pollo
no me manden nada picante
no more updates from us, 20 it is
we don't want this offer, is there another
别再来了
不想收东西
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
