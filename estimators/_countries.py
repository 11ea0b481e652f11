"""Country codes and names: ISO 3166-1 alpha-3, alpha-2, English short name in common use.

XKX/XK is Kosovo's user-assigned code. Other spellings that people write are in `ALIASES`, and
French names of the countries asked for most in `FRENCH`, where they differ from the English ones;
some in their own languages in `NATIVE`.
"""

from __future__ import annotations

_TABLE = """\
ABW/AW/Aruba;AFG/AF/Afghanistan;AGO/AO/Angola;AIA/AI/Anguilla;ALA/AX/Aland Islands;ALB/AL/Albania;
AND/AD/Andorra;ARE/AE/United Arab Emirates;ARG/AR/Argentina;ARM/AM/Armenia;ASM/AS/American Samoa;
ATA/AQ/Antarctica;ATF/TF/French Southern Territories;ATG/AG/Antigua and Barbuda;AUS/AU/Australia;
AUT/AT/Austria;AZE/AZ/Azerbaijan;BDI/BI/Burundi;BEL/BE/Belgium;BEN/BJ/Benin;
BES/BQ/Bonaire, Sint Eustatius and Saba;BFA/BF/Burkina Faso;BGD/BD/Bangladesh;BGR/BG/Bulgaria;
BHR/BH/Bahrain;BHS/BS/Bahamas;BIH/BA/Bosnia and Herzegovina;BLM/BL/Saint Barthelemy;BLR/BY/Belarus;
BLZ/BZ/Belize;BMU/BM/Bermuda;BOL/BO/Bolivia;BRA/BR/Brazil;BRB/BB/Barbados;BRN/BN/Brunei;
BTN/BT/Bhutan;BVT/BV/Bouvet Island;BWA/BW/Botswana;CAF/CF/Central African Republic;CAN/CA/Canada;
CCK/CC/Cocos Islands;CHE/CH/Switzerland;CHL/CL/Chile;CHN/CN/China;CIV/CI/Cote d'Ivoire;
CMR/CM/Cameroon;COD/CD/Democratic Republic of the Congo;COG/CG/Congo;COK/CK/Cook Islands;
COL/CO/Colombia;COM/KM/Comoros;CPV/CV/Cape Verde;CRI/CR/Costa Rica;CUB/CU/Cuba;CUW/CW/Curacao;
CXR/CX/Christmas Island;CYM/KY/Cayman Islands;CYP/CY/Cyprus;CZE/CZ/Czechia;DEU/DE/Germany;
DJI/DJ/Djibouti;DMA/DM/Dominica;DNK/DK/Denmark;DOM/DO/Dominican Republic;DZA/DZ/Algeria;
ECU/EC/Ecuador;EGY/EG/Egypt;ERI/ER/Eritrea;ESH/EH/Western Sahara;ESP/ES/Spain;EST/EE/Estonia;
ETH/ET/Ethiopia;FIN/FI/Finland;FJI/FJ/Fiji;FLK/FK/Falkland Islands;FRA/FR/France;
FRO/FO/Faroe Islands;FSM/FM/Micronesia;GAB/GA/Gabon;GBR/GB/United Kingdom;GEO/GE/Georgia;
GGY/GG/Guernsey;GHA/GH/Ghana;GIB/GI/Gibraltar;GIN/GN/Guinea;GLP/GP/Guadeloupe;GMB/GM/Gambia;
GNB/GW/Guinea-Bissau;GNQ/GQ/Equatorial Guinea;GRC/GR/Greece;GRD/GD/Grenada;GRL/GL/Greenland;
GTM/GT/Guatemala;GUF/GF/French Guiana;GUM/GU/Guam;GUY/GY/Guyana;HKG/HK/Hong Kong;
HMD/HM/Heard Island and McDonald Islands;HND/HN/Honduras;HRV/HR/Croatia;HTI/HT/Haiti;
HUN/HU/Hungary;IDN/ID/Indonesia;IMN/IM/Isle of Man;IND/IN/India;
IOT/IO/British Indian Ocean Territory;IRL/IE/Ireland;IRN/IR/Iran;IRQ/IQ/Iraq;ISL/IS/Iceland;
ISR/IL/Israel;ITA/IT/Italy;JAM/JM/Jamaica;JEY/JE/Jersey;JOR/JO/Jordan;JPN/JP/Japan;
KAZ/KZ/Kazakhstan;KEN/KE/Kenya;KGZ/KG/Kyrgyzstan;KHM/KH/Cambodia;KIR/KI/Kiribati;
KNA/KN/Saint Kitts and Nevis;KOR/KR/South Korea;KWT/KW/Kuwait;LAO/LA/Laos;LBN/LB/Lebanon;
LBR/LR/Liberia;LBY/LY/Libya;LCA/LC/Saint Lucia;LIE/LI/Liechtenstein;LKA/LK/Sri Lanka;
LSO/LS/Lesotho;LTU/LT/Lithuania;LUX/LU/Luxembourg;LVA/LV/Latvia;MAC/MO/Macao;MAF/MF/Saint Martin;
MAR/MA/Morocco;MCO/MC/Monaco;MDA/MD/Moldova;MDG/MG/Madagascar;MDV/MV/Maldives;MEX/MX/Mexico;
MHL/MH/Marshall Islands;MKD/MK/North Macedonia;MLI/ML/Mali;MLT/MT/Malta;MMR/MM/Myanmar;
MNE/ME/Montenegro;MNG/MN/Mongolia;MNP/MP/Northern Mariana Islands;MOZ/MZ/Mozambique;
MRT/MR/Mauritania;MSR/MS/Montserrat;MTQ/MQ/Martinique;MUS/MU/Mauritius;MWI/MW/Malawi;
MYS/MY/Malaysia;MYT/YT/Mayotte;NAM/NA/Namibia;NCL/NC/New Caledonia;NER/NE/Niger;
NFK/NF/Norfolk Island;NGA/NG/Nigeria;NIC/NI/Nicaragua;NIU/NU/Niue;NLD/NL/Netherlands;NOR/NO/Norway;
NPL/NP/Nepal;NRU/NR/Nauru;NZL/NZ/New Zealand;OMN/OM/Oman;PAK/PK/Pakistan;PAN/PA/Panama;
PCN/PN/Pitcairn;PER/PE/Peru;PHL/PH/Philippines;PLW/PW/Palau;PNG/PG/Papua New Guinea;POL/PL/Poland;
PRI/PR/Puerto Rico;PRK/KP/North Korea;PRT/PT/Portugal;PRY/PY/Paraguay;PSE/PS/Palestine;
PYF/PF/French Polynesia;QAT/QA/Qatar;REU/RE/Reunion;ROU/RO/Romania;RUS/RU/Russia;RWA/RW/Rwanda;
SAU/SA/Saudi Arabia;SDN/SD/Sudan;SEN/SN/Senegal;SGP/SG/Singapore;
SGS/GS/South Georgia and the South Sandwich Islands;SHN/SH/Saint Helena;
SJM/SJ/Svalbard and Jan Mayen;SLB/SB/Solomon Islands;SLE/SL/Sierra Leone;SLV/SV/El Salvador;
SMR/SM/San Marino;SOM/SO/Somalia;SPM/PM/Saint Pierre and Miquelon;SRB/RS/Serbia;SSD/SS/South Sudan;
STP/ST/Sao Tome and Principe;SUR/SR/Suriname;SVK/SK/Slovakia;SVN/SI/Slovenia;SWE/SE/Sweden;
SWZ/SZ/Eswatini;SXM/SX/Sint Maarten;SYC/SC/Seychelles;SYR/SY/Syria;TCA/TC/Turks and Caicos Islands;
TCD/TD/Chad;TGO/TG/Togo;THA/TH/Thailand;TJK/TJ/Tajikistan;TKL/TK/Tokelau;TKM/TM/Turkmenistan;
TLS/TL/East Timor;TON/TO/Tonga;TTO/TT/Trinidad and Tobago;TUN/TN/Tunisia;TUR/TR/Turkey;
TUV/TV/Tuvalu;TWN/TW/Taiwan;TZA/TZ/Tanzania;UGA/UG/Uganda;UKR/UA/Ukraine;
UMI/UM/United States Minor Outlying Islands;URY/UY/Uruguay;USA/US/United States;UZB/UZ/Uzbekistan;
VAT/VA/Vatican City;VCT/VC/Saint Vincent and the Grenadines;VEN/VE/Venezuela;
VGB/VG/British Virgin Islands;VIR/VI/United States Virgin Islands;VNM/VN/Vietnam;VUT/VU/Vanuatu;
WLF/WF/Wallis and Futuna;WSM/WS/Samoa;XKX/XK/Kosovo;YEM/YE/Yemen;ZAF/ZA/South Africa;ZMB/ZM/Zambia;
ZWE/ZW/Zimbabwe
"""

#: Other spellings, in the folded form of `zones.folded`, to alpha-3.
ALIASES = {
    "america": "USA",
    "bolivia plurinational state of": "BOL",
    "brunei darussalam": "BRN",
    "burma": "MMR",
    "cabo verde": "CPV",
    "congo kinshasa": "COD",
    "congo brazzaville": "COG",
    "congo the democratic republic of the": "COD",
    "czech republic": "CZE",
    "democratic republic of congo": "COD",
    "england": "GBR",
    "great britain": "GBR",
    "holland": "NLD",
    "holy see": "VAT",
    "iran islamic republic of": "IRN",
    "ivory coast": "CIV",
    "korea": "KOR",
    "korea republic of": "KOR",
    "korea democratic people s republic of": "PRK",
    "lao people s democratic republic": "LAO",
    "macau": "MAC",
    "macedonia": "MKD",
    "moldova republic of": "MDA",
    "palestine state of": "PSE",
    "republic of korea": "KOR",
    "republic of the congo": "COG",
    "russian federation": "RUS",
    "scotland": "GBR",
    "swaziland": "SWZ",
    "syrian arab republic": "SYR",
    "taiwan province of china": "TWN",
    "tanzania united republic of": "TZA",
    "the bahamas": "BHS",
    "the gambia": "GMB",
    "the netherlands": "NLD",
    "timor leste": "TLS",
    "turkiye": "TUR",
    "u k": "GBR",
    "u s": "USA",
    "u s a": "USA",
    "uae": "ARE",
    "uk": "GBR",
    "united states of america": "USA",
    "venezuela bolivarian republic of": "VEN",
    "viet nam": "VNM",
    "wales": "GBR",
}

#: French names, in the folded form of `zones.folded`, to alpha-3.
FRENCH = {
    "afrique du sud": "ZAF",
    "albanie": "ALB",
    "algerie": "DZA",
    "allemagne": "DEU",
    "angleterre": "GBR",
    "arabie saoudite": "SAU",
    "argentine": "ARG",
    "armenie": "ARM",
    "australie": "AUS",
    "autriche": "AUT",
    "bahrein": "BHR",
    "belgique": "BEL",
    "bielorussie": "BLR",
    "bolivie": "BOL",
    "bosnie herzegovine": "BIH",
    "bresil": "BRA",
    "bulgarie": "BGR",
    "cambodge": "KHM",
    "cameroun": "CMR",
    "chili": "CHL",
    "chine": "CHN",
    "chypre": "CYP",
    "colombie": "COL",
    "coree du nord": "PRK",
    "coree du sud": "KOR",
    "croatie": "HRV",
    "danemark": "DNK",
    "ecosse": "GBR",
    "egypte": "EGY",
    "emirats arabes unis": "ARE",
    "equateur": "ECU",
    "espagne": "ESP",
    "estonie": "EST",
    "etats unis": "USA",
    "etats unis d amerique": "USA",
    "ethiopie": "ETH",
    "finlande": "FIN",
    "georgie": "GEO",
    "grande bretagne": "GBR",
    "grece": "GRC",
    "hongrie": "HUN",
    "inde": "IND",
    "indonesie": "IDN",
    "irak": "IRQ",
    "irlande": "IRL",
    "islande": "ISL",
    "italie": "ITA",
    "japon": "JPN",
    "jordanie": "JOR",
    "koweit": "KWT",
    "lettonie": "LVA",
    "liban": "LBN",
    "libye": "LBY",
    "lituanie": "LTU",
    "macedoine du nord": "MKD",
    "malaisie": "MYS",
    "malte": "MLT",
    "maroc": "MAR",
    "maurice": "MUS",
    "mexique": "MEX",
    "moldavie": "MDA",
    "mongolie": "MNG",
    "norvege": "NOR",
    "nouvelle caledonie": "NCL",
    "nouvelle zelande": "NZL",
    "ouzbekistan": "UZB",
    "pays bas": "NLD",
    "perou": "PER",
    "pologne": "POL",
    "polynesie francaise": "PYF",
    "republique tcheque": "CZE",
    "roumanie": "ROU",
    "royaume uni": "GBR",
    "russie": "RUS",
    "serbie": "SRB",
    "singapour": "SGP",
    "slovaquie": "SVK",
    "slovenie": "SVN",
    "suede": "SWE",
    "suisse": "CHE",
    "syrie": "SYR",
    "tanzanie": "TZA",
    "tchequie": "CZE",
    "thailande": "THA",
    "tunisie": "TUN",
    "turquie": "TUR",
}

#: Names of some countries in their own languages, in the folded form, where they differ from the
#: English and French ones; not `island`, which is a word before it is Iceland.
NATIVE = {
    "belgie": "BEL",
    "brasil": "BRA",
    "cesko": "CZE",
    "danmark": "DNK",
    "deutschland": "DEU",
    "eesti": "EST",
    "eire": "IRL",
    "espana": "ESP",
    "hellas": "GRC",
    "hrvatska": "HRV",
    "italia": "ITA",
    "latvija": "LVA",
    "lietuva": "LTU",
    "luxemburg": "LUX",
    "magyarorszag": "HUN",
    "nederland": "NLD",
    "nihon": "JPN",
    "nippon": "JPN",
    "norge": "NOR",
    "osterreich": "AUT",
    "polska": "POL",
    "schweiz": "CHE",
    "slovenija": "SVN",
    "slovensko": "SVK",
    "suomi": "FIN",
    "sverige": "SWE",
    "svizzera": "CHE",
}


def countries() -> list[tuple[str, str, str]]:
    """(alpha-3, alpha-2, name) of every country, by alpha-3."""
    entries = _TABLE.replace("\n", "").split(";")
    return [(code, short, name) for code, short, name in (entry.split("/") for entry in entries)]
