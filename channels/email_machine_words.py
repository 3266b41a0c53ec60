"""What out-of-office letters write in their subject, by language; a weak hint and never a proof.

Words only. Used by channels/email_machines.py. Source: what Exchange, Gmail, Lotus, GMX, QQ and
others send (read 2026-11-23).
"""

from __future__ import annotations

ABSENT = (
    r"automatic reply|auto[ -]?reply|auto[ -]?response|autoreply|autoresponder|automated (?:reply|"
    r"response)|out of (?:the )?office|out-of-office|ooo\b|away from (?:the )?office|on vacation|"
    r"vacation (?:reply|response|message)|on (?:annual |parental |maternity )?leave\b|"
    r"automatische antwort|abwesenheits?(?:notiz|nachricht|meldung|assistent)?|abwesend|"
    r"autosvar|frånvaro|automatiskt svar|automatisk svar|fraværende|fravær|automaattinen vastaus|"
    r"poissa|réponse automatique|absence du bureau|absent(?:e)? du bureau|message d'absence|"
    r"respuesta autom[aá]tica|fuera de (?:la )?oficina|ausente de la oficina|"
    r"resposta autom[aá]tica|fora do escrit[oó]rio|ausência tempor[aá]ria|risposta automatica|"
    r"fuori (?:ufficio|sede)|automatisch antwoord|afwezig(?:heid)?|odpowiedź automatyczna|"
    r"autoodpowiedź|poza biurem|automatická odpověď|automatikus válasz|otomatik yanıt|"
    r"автоответ|автоматический ответ|нет на работе|відповідь автоматична|αυτόματη απάντηση|"
    r"תשובה אוטומטית|رد تلقائي|自动回复|自動回覆|自动答复|自動回信|外出|不在のお知らせ|自動応答|"
    r"자동 회신|부재중|자동응답|"
    r"trả lời tự động|phản hồi tự động|balasan otomatis"
)

UNDELIVERED = (
    r"undeliverable|undelivered mail|delivery (?:status notification|failure|has failed|failed|"
    r"report)|mail delivery (?:failed|subsystem|failure)|returned mail|message not delivered|"
    r"failure notice|nicht zustellbar|unzustellbar|non remis|impossible de remettre|"
    r"no se puede entregar|no entregado|não entregue|non recapitabile|退信|系统退信|配信不能"
)
