"""What people are, beside who they are: the titles and offices that stand around a name in a credit, and who is nobody.

Patterns and nothing else; whose name it is, is for `credited.py`. What of it is a name is not judged here.
"""

import re

_ROLE = (
    r"(?:writer|reporter|correspondent|journalist|photographer|photojournalist|editor|producer|contributor|columnist)s?"
)
OFFICE = re.compile(
    r"['’]s?\s(?-i:(?=[A-Z][\w'’-]+\s[A-Z]))|"
    rf"(?:['’]s )?(?:[\w-]+ ){{0,3}}{_ROLE}\b,?\s?(?:, )?|(?:特约)?(?:记者|記者)\s?|发\s?",
    re.IGNORECASE,
)
BEFORE_NAME = re.compile(
    rf"[A-Z][\w.'’-]*\s(?:[\w.'’-]+\s){{0,5}}?(?i:{_ROLE}|analyst)\s(?=[A-Z][\w'’-]+\s[A-Z][\w'’ .-]+$)"
)
"""`TNS analyst`, `Daily Courier transportation reporter`, before a name."""
TITLE = re.compile(
    rf"\b{_ROLE}$|\beditor-at-large$|(?:\b|-)(?:korrespondent|redakteur|reporter)(?:in)?$|\bbureau chief$|"
    rf"^(?:(?:notre|our|unsere?|nuestr[oa]|nostr[oa]|noss[oa]|onze) )?(?:staff|chief|senior|special|freelance|"
    r"envoyée?s?|correspondante?|corresponsal(?:es)?|enviad[oa]s?|"
    rf"inviat[oaie]|"
    rf"redakteur(?:in)?|korrespondent(?:in)?|journaliste?|redacteur|verslaggever|reporter|correspondentes?|corrispondent[ei]|repórter)\b|корреспондент\b",
    re.IGNORECASE,
)
OF_AGENCY = re.compile(
    r"(?:(?:los|las|el|la|les|le|i|gli|os|as|o|a|die|der) )?(?:periodistas?|reporter[oa]s?|redactor(?:a|es)?|"
    r"corresponsal(?:es)?|journalistes?|correspondante?s?|giornalist[aei]|jornalistas?|repórter(?:es)?) "
    r"(?:de l['’]|d['’]|dell['’]|de |del |da |do |della )",
    re.IGNORECASE,
)
"""`Los periodistas de AP`, before their names."""
ROLE_ALONE = re.compile(r"(?:staff|desk|team|newsroom|redaktion|archives?|pool|handout|file|files)", re.IGNORECASE)
ROLE_BEFORE = re.compile(
    rf"^(?:(?:our|unser(?:e[mrn]?)?|notre|nos|nuestr[oa]|nostr[oa]|noss[oa]|onze|vår|vores) )?"
    rf"(?:(?:staff |senior |chief |special |lead |video )?{_ROLE}|redakteur(?:in)?|korrespondent(?:in|en)?|reporterin|"
    rf"correspondante?|corresponsal|journaliste|periodista|giornalista|jornalista|redacteur|verslaggever|"
    rf"verslaggeefster|"
    rf"correspondente?|medarbejder|medarbetare|journalisten?|"
    rf"本报记者|本報記者|新华社记者|本刊记者|特约记者|记者|記者|通讯员|実習生|корреспондент(?:ы)?|кореспондент(?:ка|и)?|实习生|實習生|见习记者)(?:\s|(?<=[记記]者)|(?<=员)|(?<=生)),?\s?",
    re.IGNORECASE,
)

NOBODY = re.compile(
    r"(?:handout|pool|file|archives?|archivo|arkiv|archiv|stock|media|press) ?(?:photos?|"
    r"images?|foto|fotos)?|"
    r"(?:[a-z]{2,8}-)?korrespondent(?:en|innen)(?: und -korrespondenten)?|"
    r"(?:photo )?(?:handout|pool|courtesy|provided|supplied|submitted|contributed|undated|file|archive)|"
    r"(?:(?:the|other|news|wire|and|press|diverse|verschiedene|les|las|le|as|weitere[nr]?|"
    r"nachrichten) ?)*(?:agenc(?:y|ies)|"
    r"agenturen|agentur|ag|agences?|agencias?|agenzi[ae]|agências?|agencje|agentschappen|byråer|nyhetsbyråer|bureauer|"
    r"агентства|агенції|агентств|agentur(?:material|meldungen|berichte)|"
    r"ajanslar|newswires?|wires?|wire (?:reports|services)|reports|通讯社|外电|"
    r"وكالات|الوكالات|خبرگزاری‌ها|סוכנויות(?: הידיעות)?|एजेंसियां)|"
    r"(?:the )?(?:\w+ )?(?:newsroom|bureau|news desk)|"
    r"(?:la |de |die |der |unsere[rmn]? )?(?:agentur(?:en)?|redaktion(?:en)?|redaksjonen|"
    r"rédaction|redactie|redacción|redação|redazione|redakcja|редакція|редакция|redaktør|toimitus|staff)(?: web)?|"
    r"(?:by )?(?:our|a|an?|staff|special|own)(?: own| staff| special)? (?:correspondent|reporter|writer)s?|"
    r"web desk|fim|fin|end|reproduç[ãa]o|divulgaç[ãa]o|reproducción|cortesía|cedida|riproduzione riservata|dr|"
    r"tous droits réservés|str|stf|stringer|uncredited|undatiert|zvg\.?|z\.\s?vg\.?|symbol(?:bild|foto)|"
    r"(?:bildschirm(?:foto|aufnahme)|screen(?:shot|grab)|skjermdump|skärmdump|skærmbillede|kuvakaappaus|"
    r"captura(?: de (?:pantalla|tela))?|capture d['’]écran|schermata|zrzut ekranu|скриншот|скріншот|ekran görüntüsü)"
    r"(?:[ :/].{0,40})?|(?:photo )?illustration|illustrative|left|right|cent(?:er|re)|"
    r"archivbild(?:er)?|archivfoto|fotomontage|montage|collage|karikatur|grafik|graphic|video|vídeo|map|karte|chart",
    re.IGNORECASE,
)
"""Who is nobody: agencies without a name, the house itself, the way a photo came, the end of a dispatch."""
CORPORATE = re.compile(
    r"\b(?:agenc|press|news|media|office|ministry|service|images?|archiv|university|police|redaktion|desk|tv|radio|"
    r"times|post|group|gmbh|ltd|inc|team|staff|photos?|stock|merkezi|polizei|museum|zeitung|anzeiger|"
    r"le |la |les |el |the |der |die |das )",
    re.IGNORECASE,
)
