"""Documents to print: the report of a comparison, and the recipe sheet of a prototype.

:func:`.report.pdf` and :func:`.recipe.recipe_pdf` make them. Words of the verdict come from
:mod:`pasperdus_collector.analysis.wording`, figures from the comparison, charts from
:mod:`pasperdus_dashboards.charts`; what is here is their arrangement on paper.
"""
