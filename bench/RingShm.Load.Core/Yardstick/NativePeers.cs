using System.ComponentModel;
using System.Security.Cryptography;
using RingShm.Load.Crowd;

namespace RingShm.Load;

/// <summary>The queues of bench/native/peers.cpp, in its order.</summary>
internal enum PeerKind
{
    BoostSpsc,
    BoostQueue,
    BoostMessageQueue,
    AtomicQueueSpsc,
    OptimistAtomicQueueSpsc,
    AtomicQueueMpmc,
}

/// <summary>The functions of bench/native/peers.cpp, built on demand where there are a C++ compiler and the peers' headers.</summary>
internal static unsafe class NativePeers
{
    private const string Flags = "-O2 -std=c++17 -shared -fPIC";
    private static readonly string[] Compilers = ["c++", "g++", "clang++"];
    private static readonly Lazy<nint> Loaded = new(static () => File.Exists(LibraryPath) ? NativeLibrary.Load(LibraryPath) : 0);
    private static readonly byte[] Source = ReadSource();

    // Beside this program, where only its owner can put a library; elsewhere, somebody else might have.
    private static string LibraryPath =>
        Path.Combine(AppContext.BaseDirectory, $"peers-{Convert.ToHexString(SHA256.HashData(Source))[..16]}.so");

    /// <summary>Builds them if need be, in the leading process, and says why not where it cannot.</summary>
    public static string? TryBuild()
    {
        if (!OperatingSystem.IsLinux())
            return "native peers are built on Linux only";
        if (File.Exists(LibraryPath))
            return null;
        string failure = "no C++ compiler (c++, g++ or clang++) was found";
        foreach (string compiler in Compilers)
        {
            try
            {
                if (NativeYardstick.TryCompile(compiler, Flags, Source, LibraryPath, out failure, "c++"))
                    return null;
            }
            catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
            {
                if (e is not Win32Exception)
                    failure = e.Message;
            }
        }

        return failure;
    }

    /// <summary>True where the peer could be built for messages of this length.</summary>
    public static bool Has(PeerKind kind, int messageBytes) => Loaded.Value != 0 && BytesOf(kind, messageBytes) > 0;

    public static long BytesOf(PeerKind kind, int messageBytes) =>
        (long)((delegate* unmanaged<int, int, ulong>)Export("peer_bytes"))((int)kind, messageBytes);

    public static nint Export(string name) => NativeLibrary.GetExport(Loaded.Value, name);

    public static NativePeer Open(PeerKind kind, int messageBytes, string name, bool creates) => new(kind, messageBytes, name, creates);

    private static byte[] ReadSource()
    {
        using Stream resource = typeof(NativePeers).Assembly.GetManifestResourceStream("peers.cpp")!;
        byte[] source = new byte[resource.Length];
        resource.ReadExactly(source);
        return source;
    }
}

/// <summary>One end of a native queue.</summary>
internal sealed unsafe class NativePeer : IDisposable
{
    private readonly SharedFile _file;
    private readonly void* _peer;
    private readonly delegate* unmanaged<void*, NativePool*, ulong, ulong, void> _produce;
    private readonly delegate* unmanaged<void*, NativePool*, ulong, ulong, Receipt*, void> _consume;
    private readonly delegate* unmanaged[SuppressGCTransition]<void*, byte*, int> _send;
    private readonly delegate* unmanaged[SuppressGCTransition]<void*, ulong*, ulong*, int> _receive;
    private readonly delegate* unmanaged<void*, ulong, ulong, long, void> _crowdProduce;
    private readonly delegate* unmanaged<void*, long, CrowdReceipt*, void> _crowdConsume;

    public NativePeer(PeerKind kind, int messageBytes, string name, bool creates)
    {
        long bytes = NativePeers.BytesOf(kind, messageBytes) + 128;
        _file = creates ? SharedFile.Create(name + "-p", bytes) : SharedFile.Open(name + "-p");
        nint text = Marshal.StringToCoTaskMemUTF8(name);
        _peer = ((delegate* unmanaged<int, int, void*, nint, int, void*>)NativePeers.Export("peer_open"))(
            (int)kind, messageBytes, _file.Start, text, creates ? 1 : 0);
        Marshal.FreeCoTaskMem(text);
        if (_peer == null)
            throw new IOException($"{kind} of {messageBytes} bytes could not be opened.");
        _produce = (delegate* unmanaged<void*, NativePool*, ulong, ulong, void>)NativePeers.Export("peer_produce");
        _consume = (delegate* unmanaged<void*, NativePool*, ulong, ulong, Receipt*, void>)NativePeers.Export("peer_consume");
        _send = (delegate* unmanaged[SuppressGCTransition]<void*, byte*, int>)NativePeers.Export("peer_send");
        _receive = (delegate* unmanaged[SuppressGCTransition]<void*, ulong*, ulong*, int>)NativePeers.Export("peer_receive");
        _crowdProduce = (delegate* unmanaged<void*, ulong, ulong, long, void>)NativePeers.Export("peer_crowd_produce");
        _crowdConsume = (delegate* unmanaged<void*, long, CrowdReceipt*, void>)NativePeers.Export("peer_crowd_consume");
    }

    public void Produce(Payload payload, in Burst burst) => _produce(_peer, payload.Native, (ulong)burst.First, (ulong)burst.Count);

    public Receipt Consume(Payload payload, in Burst burst)
    {
        Receipt receipt;
        _consume(_peer, payload.Native, (ulong)burst.First, (ulong)burst.Count, &receipt);
        return receipt;
    }

    public bool TrySend(byte* message) => _send(_peer, message) != 0;

    public bool TryReceive(ulong* sum, ulong* first) => _receive(_peer, sum, first) != 0;

    public void CrowdProduce(ulong first, long count, long spins) => _crowdProduce(_peer, first, (ulong)count, spins);

    public void CrowdConsume(ref CrowdReceipt receipt, long spins)
    {
        CrowdReceipt filled = receipt;
        _crowdConsume(_peer, spins, &filled);
        receipt = filled;
    }

    public void Dispose()
    {
        ((delegate* unmanaged<void*, void>)NativePeers.Export("peer_close"))(_peer);
        _file.Dispose();
    }
}
