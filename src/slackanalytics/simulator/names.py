"""
The names people at Example Corp have, and how a mailbox spells them.

Each entry is a name as it is written, and after ``=`` its mailbox spelling where that is not simply the name in lower case.
Mailbox spellings are pairwise different within a list: e-mail addresses are unique by construction.
"""

from __future__ import annotations

_GIVEN = """
Ada Aino=aino Aisha Alejandro Alice Amara Amélie=amelie Ana Anders André=andre Aoife Arjun Astrid Björn=bjoern Bogdan
Carlos Chidi Chiara Chloé=chloe Daan Daniela Deepa Diego Dmitri Eiríkur=eirikur Elif Elena Emeka Emma Erik Esra Eva
Fatima Felix Finn Françoise=francoise Freya Gabriel Grace Greta Hana Hassan Henrik Hiroshi Ibrahim Ida Imani Ines=ines
Isla Jakub Jamal Jana João=joao Jonas José=jose Julia Kaito Kamala Karim Katarzyna Kenji Kofi Lars Layla Leila Léo=leo
Lena Liam Lin Lucía=lucia Łukasz=lukasz Mads Maja Marek Maria Mateo Maya Mei Mikael Mila Min-jun=minjun Mohammed Nadia
Naoko Nia Nikhil Nina Noor Olga Olivia Omar Oscar Øyvind=oyvind Paolo Petra Priya Quinn Rafael Rania Ravi Rosa Ruth
Saoirse Sara Selin Siddharth Sigrid Søren=soren Sofia Stefan Sven Tariq Tamar Teo Thandiwe Tomás=tomas Uma Valentina
Vera Wei Wiktor Xavier Yara Yuki Yusuf Zainab Zoë=zoe Нина=nina.k 陽子=yoko 소연=soyeon علي=ali
"""

_FAMILY = """
Abara Adeyemi Ahmed Almeida Andersson Araújo=araujo Bailey Bakker Banerjee Becker Bergström=bergstroem Bianchi Björk=bjork
Boateng Bondarenko Byrne Castillo Çelik=celik Chatterjee Chen Choi Costa Cruz Dahl Demir Desai Diaz Dubois Dvořák=dvorak
Eriksen Esposito Evans Farah Fernández=fernandez Fischer Fontaine Fraser García=garcia Gonçalves=goncalves Greco Gupta
Haddad Hansen Hernández=hernandez Hoffmann Horvat Huang Ibáñez=ibanez Iyer Jansen Jensen Johansson Jovanović=jovanovic
Kaplan Kaur Kessler Khan Kim Kovács=kovacs Kowalski Kruger Kumar Larsen Lefèvre=lefevre Li Lindqvist López=lopez Lund
Maier Mancini Martínez=martinez Mbeki Meyer Molnár=molnar Moreau Müller=mueller Mwangi Nakamura Navarro Nguyen Nielsen
Novák=novak Nowak O'Brien=obrien O'Connor=oconnor Okafor Okonkwo Olsen Ortiz Osei Park Patel Pereira Petrov Popescu
Quispe Rahman Ramírez=ramirez Reddy Ricci Rossi Rousseau Sato Schäfer=schaefer Schneider Sharma Silva Singh Smit Sokolov
Sørensen=sorensen Svensson Takahashi Tanaka Thapa Torres Uysal van-Dijk=vandijk Vargas Vega Virtanen Wagner Walker Wang
Weber Wójcik=wojcik Wong Yamamoto Yılmaz=yilmaz Young Zhang Ziegler Zulu
"""


def _spelled(block: str) -> tuple[tuple[str, str], ...]:
    entries = (word.partition("=") for word in block.split())
    return tuple((name, mailbox or name.lower()) for name, _, mailbox in entries)


GIVEN_NAMES = _spelled(_GIVEN)
"""Given names as ``(written, mailbox)``."""

FAMILY_NAMES = _spelled(_FAMILY)
"""Family names as ``(written, mailbox)``."""

_STEP = 7919
"""A prime that divides neither list's length, so that stepping by it visits every pair of names once before any twice."""


def name_of(number: int) -> tuple[str, str]:
    """
    The full name of the person with this number, and the mailbox (the part before ``@``), which no other number has.
    """
    pairs = len(GIVEN_NAMES) * len(FAMILY_NAMES)
    pick = number * _STEP % pairs
    given, given_mailbox = GIVEN_NAMES[pick % len(GIVEN_NAMES)]
    family, family_mailbox = FAMILY_NAMES[pick // len(GIVEN_NAMES)]
    namesake = number // pairs
    mailbox = f"{given_mailbox}.{family_mailbox}{namesake + 1 if namesake else ''}"
    return f"{given} {family}", mailbox
