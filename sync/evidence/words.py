"""What stands in a package for whoever opens it without us."""

from __future__ import annotations

READ_ME = """\
AIGAQ EVIDENCE PACKAGE / ПАКЕТ ДОКАЗАТЕЛЬСТВ / ДӘЛЕЛДЕМЕЛЕР ПАКЕТІ

RU
Этот файл собран службой мониторинга мест лишения свободы. Папка files содержит фотографии, которые можно
открыть сразу. Остальное нужно для проверки: не менялось ли что-нибудь после записи, кем и когда оно
получено. Проверить можно без сети: на странице «Проверка» сервера Айғақ или командой
  python -m sync.evidence ПАКЕТ.zip
Не распаковывайте и не пересохраняйте файл: проверяется он целиком.

KK
Бұл файлды бас бостандығынан айыру орындарының мониторинг қызметі жинаған. files қалтасында бірден ашуға
болатын фотосуреттер бар. Қалғаны тексеру үшін керек: жазылғаннан кейін бірдеңе өзгерді ме, кім және қашан
алған. Желісіз тексеруге болады: Айғақ серверінің «Тексеру» бетінде немесе мына пәрменмен
  python -m sync.evidence ПАКЕТ.zip
Файлды тарқатпаңыз және қайта сақтамаңыз: ол тұтас тексеріледі.

EN
This file was made by a service that monitors places of detention. The folder files holds photographs that
can be opened at once. The rest serves verification: whether anything was changed since it was captured, by
whom it was captured and when it arrived. It can be verified without a network: on the page "Verify" of an
Aigaq server, or with the command
  python -m sync.evidence PACKAGE.zip
Do not unpack or save it anew: it is verified as a whole.
"""
