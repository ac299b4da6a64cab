"""The logic of evaluation and forecast, a module for each chapter of the CDSi Logic Specification.

===========================  =====================================================================
``relevance``                select relevant patient series (chapter 5)
``stretch``, ``later``       a rule's windows in a life; those after special circumstances (施行令3条2項)
``contraindication``         immunity and contraindications (7.2, 7.3): the days closed to a person
``history``                  organise immunisation history (4.2)
``condition``                dose administered condition (6.1)
``skip``                     conditional skip (6.2)
``age``                      age (6.4)
``interval``                 preferable and allowable intervals (6.5, 6.6)
``conflict``                 intervals between different vaccines (6.7)
``vaccine``                  preferable vaccine (6.8, 6.9)
``evaluation``               satisfy target dose (6.10) and the loop over doses (figure 4-6)
``recurring``                target doses that come back each year or each pregnancy
``forecast``                 need and forecast dates (chapter 7)
``selection``                select best patient series (chapter 8)
``groups``                   vaccine groups, here the law's programmes (chapter 9)
===========================  =====================================================================

Inadvertent vaccines (6.3) have no rows in Japanese law's schedule. Immunity (7.2) and contraindications (7.3)
are what 施行令3条1項 and 施行規則2条 exclude: found by the doctor or the city, told with the person.
"""
