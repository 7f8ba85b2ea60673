using NetMQ;
using NetMQ.Sockets;

namespace RingShm.Load;

/// <summary>A pair of NetMQ sockets over the TCP loopback; its own threads do the input and output, on the same processors.</summary>
internal readonly struct NetMqLink : ILink<NetMqLink>
{
    private readonly PairSocket _socket;
    private readonly string? _portOf;

    private NetMqLink(PairSocket socket, string? portOf)
    {
        _socket = socket;
        _portOf = portOf;
    }

    public static NetMqLink Open(Scene scene, string suffix, bool sends)
    {
        PairSocket socket = new();
        socket.Options.SendHighWatermark = socket.Options.ReceiveHighWatermark = Math.Max(1, scene.RingBytes / scene.MessageBytes);
        string name = scene.Name + suffix;
        if (scene.IsLeader)
            TcpLoopback.WritePort(name, socket.BindRandomPort("tcp://127.0.0.1"));
        else
            socket.Connect(FormattableString.Invariant($"tcp://127.0.0.1:{TcpLoopback.ReadPort(name)}"));
        return new NetMqLink(socket, scene.IsLeader ? name : null);
    }

    public bool TrySend(ReadOnlySpan<byte> message)
    {
        Msg msg = default;
        msg.InitPool(message.Length);
        message.CopyTo(msg.Slice());
        _socket.Send(ref msg, more: false);
        msg.Close();
        return true;
    }

    public bool TryReceive(out ulong sum, out ulong first)
    {
        Msg msg = default;
        msg.InitEmpty();
        _socket.Receive(ref msg);
        Span<byte> message = msg.Slice();
        first = BitConverter.ToUInt64(message);
        sum = WordSum.Of(in message[0], message.Length);
        msg.Close();
        return true;
    }

    public void Dispose()
    {
        _socket.Options.Linger = TimeSpan.Zero;
        _socket.Dispose();
        if (_portOf != null)
            File.Delete(Path.Combine(SharedFile.Folder, _portOf + ".port"));
    }
}
