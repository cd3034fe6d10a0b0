"""The baseline of the table: djangorestframework-datatables as its documentation shows it, on the product's tables.

A plain ModelSerializer, the library's filter, pagination and renderer, the owner's orders as the queryset. It reads the
same rows by the same indexes; its tabs are counted, since no totals are stored for it.
"""
