"""Which column of an export is what: the names that HR systems and directories give them.

Names are compared by letters and digits alone, so that `Work Email`, `work_email`, `workEmail` and `WORK-EMAIL` are one.
The names are those of the exports of Workday, BambooHR, Microsoft Entra, Google Workspace and Okta, and what rosters
in German, French and Spanish call the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from athena_federation.errors import QueryError

ADDRESS = "employee_email"

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "employee_email": (
        (
            "employeeemail employeeemailaddress workemail workemailaddress emailwork emailprimarywork primaryworkemail"
            " primaryworkemailaddress emailaddresswork companyemail businessemail corporateemail officialemail slackemail"
        ),
        "email emailaddress mail primaryemail primaryemailaddress useremail",
        "userprincipalname upn login username",
        "dienstlicheemail geschäftlicheemail emailadresse adresseemail adressemail courriel correoelectrónico correo",
    ),
    "employee_number": (
        (
            "employeenumber employeeid employeeno employeecode personnelnumber personnelid personnumber workerid staffid"
            " staffnumber eid empid associateid fileid filenumber"
        ),
        "id externalid",
        "personalnummer persnr mitarbeiternummer personalnr matricule numéroemployé númerodeempleado",
    ),
    "department": (
        "department departmentname dept deptname currentdepartment homedepartment",
        (
            "supervisoryorganization supervisoryorganisation supervisoryorg organizationalunit organisationalunit orgunit"
            " orgunitname team businessunit"
        ),
        "orgunitpath division",
        "abteilung abteilungsname organisationseinheit fachbereich département departamento",
    ),
    "location": (
        "location locationname worklocation workplace officelocation office site primarylocation buildinglocation",
        "city country",
        "standort arbeitsort niederlassung lieudetravail ubicación sede",
    ),
    "manager_email": (
        (
            "manageremail manageremailaddress managersemail managerworkemail manageremailwork supervisoremail linemanageremail"
            " supervisoremailaddress reportstoemail manageruserprincipalname managerupn"
        ),
        "manager supervisor reportsto linemanager",
        "vorgesetzter vorgesetzte führungskraft emailvorgesetzter emailvorgesetzte emaildesvorgesetzten emailführungskraft responsable",
    ),
    "job_title": (
        "jobtitle businesstitle positiontitle employeetitle",
        "title position jobprofile jobname role",
        "stelle stellenbezeichnung funktion poste intitulédeposte puesto cargo",
    ),
    "cost_center": (
        "costcenter costcentre costcentername costcentrename costcentercode costcenterid",
        "kostenstelle centredecoûts centrodecostos centrodecoste",
    ),
    "worker_type": (
        "workertype employeetype employmenttype workersubtype contracttype typeofemployee",
        "usertype employmentstatus",
        "beschäftigungsart vertragsart typedecontrat tipodecontrato",
    ),
    "hire_date": (
        (
            "hiredate datehired dateofhire hired employeehiredate lasthiredate mostrecenthiredate joindate joiningdate"
            " dateofjoining dateofentry entrydate"
        ),
        "startdate originalhiredate",
        "eintrittsdatum eintritt datedembauche datedentrée fechadeingreso fechadealta",
    ),
    "termination_date": (
        (
            "terminationdate dateterminated dateoftermination terminated employeeleavedatetime leavedate leavingdate exitdate"
            " separationdate offboardingdate dateofexit"
        ),
        "enddate lastday lastworkingday lastdayofwork",
        "austrittsdatum austritt datedesortie datededépart fechadebaja fechadesalida",
    ),
    "effective_from": (
        "effectivefrom effectivedate dateeffective effective validfrom effectivesince",
        "gültigab gültigvon dateeffet fechadevigencia",
    ),
}
"""Field -> the names that columns of it have, those that say most first. What stands earlier is preferred."""

WEIGHT = 1_000
"""What a column of addresses counts for: more than a header can have of others."""
FIELDS = tuple(SYNONYMS)
DATES = ("hire_date", "termination_date", "effective_from")
_RANKS = {
    name: (field, rank)
    for field, ranks in SYNONYMS.items()
    for rank, names in enumerate(ranks)
    for name in names.split()
}  # fmt: skip


_ASIDE = re.compile(
    r"\[.*?\]|\((?:required|optional|work|business|office|corporate|company|dienstlich|geschäftlich|beruflich"
    r"|professionnel|professionnelle|trabajo|empresa|[dmytja]{1,4}(?:[./ -][dmytja]{1,4}){1,2})\)"
)
"""What stands beside a column's name and changes nothing: `(dienstlich)`, `(DD/MM/YYYY)`. `(private)` changes something."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns that are used."""

    places: Mapping[str, int]
    """Field -> place of its column, from 0."""
    used: Mapping[str, str]
    """Field -> the column's name in the file."""
    dropped: tuple[str, ...]
    """The names of the columns that are not used, and not kept."""


def key(name: str) -> str:
    """What is compared of a column's name: `Email Address [Required]`, `user.emailAddress` -> `emailaddress`."""
    text = unicodedata.normalize("NFKC", name).strip().casefold().replace("#", "number")
    text = _ASIDE.sub("", text)
    text = re.sub(r"^(?:user|profile|worker|employee)\.", "", text)
    return re.sub(r"[\W_]+", "", text)


def recognised(names: Sequence[str], mapping: Mapping[str, str]) -> int:
    """
    How much like a header a line is: how many of its cells name a column that is known here or was given.

    A column of addresses outweighs all others, and a line with an address in it is none: job titles are like headings.
    """
    if any("@" in name for name in names):
        return 0
    keys = {key(name) for name in names} - {""}
    given = {key(name): field for field, name in mapping.items()}
    fields = [given.get(each) or _RANKS[each][0] for each in keys if each in given or each in _RANKS]
    return len(fields) + (WEIGHT if ADDRESS in fields else 0)


def choose(where: str, header: Sequence[str], rows: Sequence[Sequence[str]], mapping: Mapping[str, str]) -> Choice:
    """
    The column of each field. `mapping` (field -> column) has the first word.

    Raises QueryError where there is no column of e-mail addresses, where two columns are as likely as each other, or
    where the mapping names what is not there.
    """
    places = {field: _given(where, header, field, name) for field, name in mapping.items()}
    keys = [key(name) for name in header]
    for field in FIELDS:
        if field in places:
            continue
        ranked: dict[int, list[int]] = {}
        for place, name in enumerate(keys):
            its, rank = _RANKS.get(name, ("", 0))
            if its == field and place not in places.values() and _fits(field, rank, place, rows):
                ranked.setdefault(rank, []).append(place)
        if ranked:
            places[field] = _only(where, field, header, ranked[min(ranked)], rows)
    if ADDRESS not in places:
        raise QueryError(
            f"{where}: no column looks like the e-mail address; there are: {_listed(header)}."
            ' Say which one it is: --column employee_email="Its Name", or SLACKANALYTICS_HR_COLUMNS'
        )
    used = {field: header[places[field]].strip() for field in FIELDS if field in places}
    rest = [name.strip() for place, name in enumerate(header) if place not in places.values() and name.strip()]
    return Choice(places, used, tuple(rest))


def _given(where: str, header: Sequence[str], field: str, name: str) -> int:
    """The place of a column that was named. Raises QueryError."""
    if field not in SYNONYMS:
        raise QueryError(f"{where}: {field} is no field of the roster; the fields are {', '.join(FIELDS)}")
    exact = [place for place, found in enumerate(header) if found.strip() == name.strip()]
    alike = exact or [place for place, found in enumerate(header) if key(found) == key(name)]
    if len(alike) != 1:
        what = "more than one column" if alike else "no column"
        raise QueryError(f"{where}: there is {what} {name!r} to be {field}; there are: {_listed(header)}")
    return alike[0]


def _fits(field: str, rank: int, place: int, rows: Sequence[Sequence[str]]) -> bool:
    """Whether a column is what a vague name may mean: `Manager` is an address in some exports and a name in most."""
    if field != "manager_email" or rank == 0:
        return True
    values = [row[place] for row in rows if place < len(row) and row[place].strip()]
    return bool(values) and 2 * sum("@" in value for value in values) > len(values)


def _only(where: str, field: str, header: Sequence[str], places: list[int], rows: Sequence[Sequence[str]]) -> int:
    """The one column of several that have the same right to a field: any, where they say the same. Raises QueryError."""
    if len(places) > 1 and any(len({row[p] for p in places if p < len(row)}) > 1 for row in rows):
        names = [header[place].strip() for place in places]
        raise QueryError(
            f"{where}: {' and '.join(names)} could each be {field}, and they differ;"
            f' say which one it is: --column {field}="{names[0]}", or SLACKANALYTICS_HR_COLUMNS'
        )
    return places[0]


def _listed(header: Sequence[str]) -> str:
    return ", ".join(" ".join(name.split()) for name in header if name.strip()) or "no names at all"
