"""First names that customers write without a capital: after "im" such a word is a name.

Not every name there is: whoever is called otherwise is asked once more for a plain yes.
"""

from __future__ import annotations

FIRST_NAMES = frozenset(
    """
aaron abby adam adriana agnes ahmed alan alba alejandra alejandro alex alexa alexis alfredo alice
alicia allison alma amanda amber amit amy ana andrea andres andrew andy angel angela angelica anil
anita ann anna anne annie anthony antonio ariana arlene arturo ashley barbara beatriz becky ben
benjamin bernice beth betty beverly bianca bob bobby bonnie brandon brenda brian brianna brittany
bruce camila carl carla carlos carmen carol carolina caroline catherine cathy cecilia cesar
charles chelsea chris christian christina christine christopher cindy claire claudia conchita
connie consuelo courtney crystal cynthia daisy dan dana daniel daniela danielle danny darlene
david dawn debbie deborah deepa denise dennis derek diana diane diego dolores don donna doris
dorothy doug eddie edgar edith eduardo edward eileen elaine elena eli elizabeth ellen emily emma
enrique eric erica erika ernest ernesto esmeralda esther eugene eva evan evelyn fabiola fatima
felipe fernanda fernando florence francisco frank gabriel gabriela gary george gina gladys gloria
grace greg guadalupe guillermo gustavo hannah harold harriet hazel heather hector helen henry
herbert hiro howard hugo ian irene iris irma isabel isabella ivan jack jackie jacob jaime jake
james jamie jane janet jasmine jason javier jeff jenna jennifer jenny jeremy jerry jesse jessica
jesus jill jim jimmy jing joan joanna joaquin joe joel john johnny jon jonathan jordan jorge
jorgito jose josefina joseph josh joshua joy juan juana juanita judith judy julia julian juliana
julie julio june justin karen karina karla kate katherine kathleen kathy katie kay kayla keith
kelly ken kenji kenny kevin kim kimberly kristen kristin kyle larry laura lauren leah leo leonardo
leslie leticia lily linda linh lisa lois lorena lori lorraine louis lucas lucia lucille lucy luis
luz lydia lynn manuel marc marco marcos margaret margarita maria mariana maribel marie marilyn
mario marisol marjorie mark marta martha martin marvin mary mateo matt matthew maureen mauricio
megan mei melanie melissa mercedes michael michelle miguel mike mildred ming miranda miriam
mohamed molly monica nancy natalia natalie nathan neha nelson nicholas nick nicole noah norma
norman olga olivia omar oscar pablo pam pamela pat patricia patrick patty paul paula paulina pedro
peggy peter phil philip phyllis priscilla priya rachel rafael raj ralph ramon randy raquel raul
ravi ray raymond rebeca rebecca renee ricardo richard rick rita rob robert roberto robin rocio
rodrigo roger ron rosa rosario rosemary roxana roy ruben ruby ruth ryan sabrina salvador sam
samantha samuel sandra sanjay santiago sara sarah scott sean sergio shannon sharon sheila sherry
shirley silvia sofia sonia sophia stacy stephanie stephen steve steven sue susan susana suzanne
sylvia tammy tania tanya tara taylor teresa terri terry thanh thelma theresa thomas tiffany tim
timothy tina todd tom tommy tony tracy trevor tyler valentina valeria valerie vanessa vera
veronica vicky victor victoria vincent virginia vivian vivienne walter wanda wendell wendy whitney
wilma xavier xiaoming yang yesenia yolanda yuki zachary zoe
""".split()
)
