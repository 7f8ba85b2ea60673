using System.Globalization;
using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;

namespace RingShm.Load;

/// <summary>Which byte stream.</summary>
internal interface IStreamKind
{
    /// <summary>The leader's end: waits for the follower when the returned function is called.</summary>
    static abstract Func<Stream> Listen(string name);

    static abstract Stream Connect(string name);
}

/// <summary>
/// A stream of bytes that the kernel carries: a message a call at both ends, which block. Nobody frames: lengths are known.
/// </summary>
internal struct StreamLink<TKind> : ILink<StreamLink<TKind>>
    where TKind : struct, IStreamKind
{
    private byte[] _buffer;
    private Func<Stream>? _accept;
    private Stream? _stream;

    public static StreamLink<TKind> Open(Scene scene, string suffix, bool sends) => new()
    {
        _buffer = new byte[scene.MessageBytes],
        _accept = scene.IsLeader ? TKind.Listen(scene.Name + suffix) : null,
        _stream = scene.IsLeader ? null : TKind.Connect(scene.Name + suffix),
    };

    public bool TrySend(ReadOnlySpan<byte> message)
    {
        (_stream ??= _accept!()).Write(message);
        return true;
    }

    public bool TryReceive(out ulong sum, out ulong first)
    {
        (_stream ??= _accept!()).ReadExactly(_buffer);
        first = BitConverter.ToUInt64(_buffer);
        sum = WordSum.Of(in _buffer[0], _buffer.Length);
        return true;
    }

    public readonly void Dispose() => _stream?.Dispose();
}

/// <summary>A named pipe; on Unix, .NET makes it of a Unix domain socket.</summary>
internal readonly struct NamedPipe : IStreamKind
{
    public static Func<Stream> Listen(string name)
    {
        NamedPipeServerStream server = new(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte);
        return () =>
        {
            server.WaitForConnection();
            return server;
        };
    }

    public static Stream Connect(string name)
    {
        NamedPipeClientStream client = new(".", name, PipeDirection.InOut);
        client.Connect();
        return client;
    }
}

/// <summary>A Unix domain socket.</summary>
internal readonly struct UnixSocket : IStreamKind
{
    public static Func<Stream> Listen(string name)
    {
        string path = PathOf(name);
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        return () =>
        {
            Socket accepted = listener.Accept();
            listener.Dispose();
            return new NetworkStream(accepted, ownsSocket: true);
        };
    }

    public static Stream Connect(string name)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(PathOf(name)));
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static string PathOf(string name) => Path.Combine(SharedFile.Folder, name + ".sock");
}

/// <summary>TCP over the loopback, without Nagle's delay.</summary>
internal readonly struct TcpLoopback : IStreamKind
{
    public static Func<Stream> Listen(string name)
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start(1);
        WritePort(name, ((IPEndPoint)listener.LocalEndpoint).Port);
        return () =>
        {
            TcpClient client = listener.AcceptTcpClient();
            listener.Dispose();
            client.NoDelay = true;
            return client.GetStream();
        };
    }

    public static Stream Connect(string name)
    {
        TcpClient client = new() { NoDelay = true };
        client.Connect(IPAddress.Loopback, ReadPort(name));
        return client.GetStream();
    }

    /// <summary>The port is the system's choice, so the follower is told through a file; the leader clears them all away at its end.</summary>
    public static void WritePort(string name, int port) =>
        File.WriteAllText(Path.Combine(SharedFile.Folder, name + ".port"), port.ToString(CultureInfo.InvariantCulture));

    public static int ReadPort(string name) =>
        int.Parse(File.ReadAllText(Path.Combine(SharedFile.Folder, name + ".port")), CultureInfo.InvariantCulture);
}
