"""Words that tell German from English. Written for this project; closed classes first, then what texts are full of.

A word that is common in both languages (`in`, `so`, `was`, `hand`) is in neither list: it decides nothing.
"""

GERMAN_WORDS = frozenset(
    """
    der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner keines ich du er sie es
    wir ihr mich mir dich dir ihn ihm uns euch ihnen sich selbst selber mein meine meinen meinem meiner meines dein
    deine deinen deinem deiner sein seine seinen seinem seiner seines ihre ihren ihrem ihrer ihres unser unsere
    unseren unserem unserer euer eure euren dieser diese dieses diesen diesem dies jener jene jenes jenen jenem
    jeder jede jedes jeden jedem welcher welche welches welchen welchem mancher manche manches manchen solche
    solcher solches solchen alle allen aller alles allem viele vielen vieler viel wenig wenige wenigen mehr mehrere
    mehreren mehrerer meist meisten beide beiden beider einige einigen einiger etwas nichts jemand niemand einander
    wer wen wem wessen wo woher wohin wann wie warum weshalb wieso wozu womit wodurch worauf wobei woran da dabei
    dadurch dafür dagegen daher dahin damit danach daran darauf daraus darin darum davon davor dazu dann dort
    darunter dar hier hierbei hierzu hierfür und oder aber als denn sondern weil dass daß ob wenn falls obwohl
    sodass indem nachdem bevor während solange sobald sowie sowohl weder noch entweder doch jedoch dennoch trotzdem
    zwar allerdings außerdem zudem ferner somit folglich deshalb deswegen nämlich insbesondere beispielsweise bzw
    usw beziehungsweise im ins vom beim zum zur aus bei mit nach seit von zu gegen ohne um durch für bis auf hinter
    neben unter über vor zwischen ab außer gegenüber trotz wegen statt anstatt innerhalb außerhalb aufgrund anhand
    mithilfe mittels gemäß laut je pro bin bist ist sind seid sei seien wäre wären gewesen waren warst habe hast hat
    haben habt hatte hatten hätte hätten gehabt werde wirst wird werden werdet wurde wurden würde würden worden
    geworden kann kannst können könnt konnte konnten könnte könnten muss müssen musst musste mussten müsste soll
    sollst sollen sollte sollten darf dürfen durfte möchte möchten mag mögen mochte wollen wollte wollten willst
    lassen lässt ließ nicht nie niemals immer oft manchmal selten wieder schon bereits nur auch sehr ganz gar kaum
    etwa ungefähr genau eben gerade jetzt nun heute morgen gestern bald später früher zuerst zunächst schließlich
    endlich oben unten links rechts hinaus hinein heraus herein hin ja nein bitte danke hallo eher relativ rund erst
    jeweils erstmals wohl sogar knapp nahe mindestens damals insgesamt zumindest direkt gemeinsam sogenannte
    vielleicht wahrscheinlich natürlich besonders ebenfalls ebenso gleich gleichzeitig zusammen allein weiter
    weitere weiteren weiterer weiteres sonst anders andere anderen anderer anderes anderem gut gute guten guter
    gutes besser beste besten groß große großen kleine kleinen kleiner neu neue neuen neuer neues alt alte alten
    alter hoch hohe hohen hoher lang lange langen kurz kurze kurzen erste ersten erster erstes zweite zweiten dritte
    dritten letzte letzten nächste nächsten eigene eigenen schnell schnelle einfach einfache leicht leichte schwer
    schwere stark starke starken klar klare bestimmt bestimmte verschiedene verschiedenen wichtige wichtiger häufig
    zwei drei vier fünf sechs sieben acht neun zehn hundert tausend gibt gab kam ging fand gilt galt gehen stehen
    geht macht machen kommt nimmt sieht steht liegt heißt zeigt führt bleibt hilft braucht bringt stellt hält findet
    gehört bietet bedeutet enthält entsteht besteht erhält beginnt dient trägt spielt wirkt tritt sagt denkt weiß
    tun tut kennt nennt lautet folgt handelt bildet umfasst erfolgt entwickelt jahr jahre jahren tage tagen zeit
    leben welt mensch menschen teil frage antwort arzt patienten patientin krankheit blut herz kopf schmerz fieber
    beispiel ziel grund weg wasser weise fälle
    """.split()
)

# Closed classes: nothing but English, however they are capitalised.
ENGLISH_WORDS = frozenset(
    """
    the this that these those it it's its i'm i've i'll i'd you your yours you're you'll he he's him his she she's
    hers we we're we'll our ours they they're them my mine myself yourself himself herself itself ourselves
    themselves their theirs who whom whose which what what's when where why how there there's here here's and or but
    if because although though while whereas unless until since than then thus therefore however moreover
    furthermore hence besides instead otherwise meanwhile whether either neither nor both of to for from with
    without within by at on into onto upon about above below under between among through during before after against
    across along around behind beyond despite except inside off out outside over toward towards throughout as is
    isn't are aren't be been being were weren't wasn't does did done doing don't doesn't didn't has have had having
    haven't hasn't hadn't can't cannot could couldn't would wouldn't should shouldn't shall may might must won't
    let's yes never always often sometimes usually already yet ever again soon today very too much many such most
    less least few several some any each every other others another same enough quite rather almost even away
    perhaps maybe please thanks thank hello sorry okay sure english german
    """.split()
)

# Counted in lower case only: as capitalised nouns German writes many of them as its own (`Training`, `Test`, `Report`).
ENGLISH_CONTENT_WORDS = frozenset(
    """
    do can no not now just only more own first second third last next one two three four five six seven eight nine
    ten well back together favorite favorites get gets getting got make makes making made take takes taking took
    taken give gives giving gave given go goes going went gone come comes coming came know knows known knew think
    thinks thought see sees seeing seen saw look looks find finds found use uses used using need needs needed want
    wants wanted keep keeps kept help helps tell tells told ask asks asked say says said saying mean means meant
    work works try tries feel feels felt become becomes became leave left put show shows shown call called seem
    seems begin begins write writes written wrote read reads provide provides include includes including consider
    understand explain ensure avoid improve create reduce increase follow follows following allow allows require
    requires required remain believe change changes learn hope hopes wish enjoy check contact glad happy presents
    appears reveals cause causes present like set start starts started stop live lives move moves turn good better
    best bad worse worst new old great high low large small big long short early late little different important
    able available likely common possible main major free full real right wrong true false clear easy hard specific
    general certain whole safe strong severe appropriate significant current recent similar upper lower person
    people men woman women child children thing things way ways time times year years day days week weeks month
    months life world part parts place case cases question questions answer answers example examples number point
    hours points problem problems reason reasons result results fact idea word words sentence text story step steps
    list health disease diseases treatment treatments patients doctor doctors blood heart pain symptoms drug drugs
    care risk risks study studies research body skin food water home family school money company business government
    country state book language report essay article title summary physician mother father chest cells cancer
    """.split()
)

# Words of both languages that stand anywhere: they neither begin a span nor end one.
SHARED_WORDS = frozenset("a i in an am so was war also all will man her his hat on per via".split())

# Of the English words, those that also make up names and titles: a span of nothing else is taken for a name.
LINKING_WORDS = frozenset("the of and for to from with without on by at or as not no one two three first own".split())

# English that German medicine and everyday German speak: decided as neither.
ESTABLISHED_PHRASES = (
    "state of the art", "point of care", "end of life", "quality of life", "standard of care",
    "activities of daily living", "burden of disease", "number needed to treat", "number needed to harm",
    "intention to treat", "do not resuscitate",
    "shared decision making", "watch and wait", "wait and see", "treat to target", "hit and run", "trial and error",
    "learning by doing", "last but not least", "proof of concept", "work in progress", "step by step", "door to needle",
    "door to balloon", "head to toe", "bench to bedside", "time to event", "out of hospital", "case by case",
    "just in time", "all in one", "on the job",
)  # fmt: skip

# Words whose form speaks for one language although they belong to the other, or to both.
NOT_GERMAN = frozenset(
    """
    happen listen driven eaten fallen forgotten frozen hidden spoken stolen shaken proven woven golden wooden oxygen
    hydrogen nitrogen specimen abdomen kitchen garden chicken token citizen screen green queen heaven haven oven
    raven sudden burden strengthen weaken lessen worsen fasten shorten threaten frighten deepen widen sharpen
    tighten brighten lighten hasten heighten siren linen alien teen keen swollen sunken bitten gotten woken regimen
    pathogen antigen allergen estrogen estrogens glycogen androgen ibuprofen semen lung young stung swung flung
    clung sprung rung close closes closer lose loses disclose discloses discharge discharges discharged foreign
    pattern concern modern western northern southern eastern stern govern intern lantern cavern benefit verdict
    event entertain entertainment patient
    """.split()
)
NOT_ENGLISH = frozenset(
    """
    gering hing fing anfing verging entging empfing umfing aufging ausging einging vorging unterging hervorging
    neuerdings wies lies bewies erwies dick keck ewig sexy
    """.split()
)
