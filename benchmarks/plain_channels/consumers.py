"""The stock JSON consumers: a group a user for orders, a group a symbol for prices."""

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from rest_framework.authtoken.models import Token


class OrdersConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self):
        key = dict(self.scope["headers"])[b"authorization"].decode().removeprefix("Token ")
        token = await Token.objects.aget(key=key)
        self.group = f"orders.{token.user_id}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def order_saved(self, message):
        await self.send_json({"order": message["order"], "committed": message["committed"]})


class QuotesConsumer(AsyncJsonWebsocketConsumer):
    groups_of_mine = ()

    async def connect(self):
        key = dict(self.scope["headers"])[b"authorization"].decode().removeprefix("Token ")
        await Token.objects.aget(key=key)
        await self.accept()

    async def receive_json(self, content):
        self.groups_of_mine = [f"quotes.{symbol}" for symbol in content["symbols"]]
        for group in self.groups_of_mine:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.send_json({"type": "subscribed", "symbols": content["symbols"]})

    async def disconnect(self, code):
        for group in self.groups_of_mine:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def quote_changed(self, message):
        await self.send_json({"type": "quote", "quote": message["quote"]})
