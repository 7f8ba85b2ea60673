using System.Security.Cryptography;

namespace RingShm.Load.Wake;

/// <summary>The functions of bench/native/wake.c, built on demand.</summary>
internal sealed unsafe class NativeWake
{
    private const string Flags = "-O2 -std=gnu11 -shared -fPIC";

    private readonly delegate* unmanaged<uint*, ulong*, long*, ulong, long, void> _lead;
    private readonly delegate* unmanaged<uint*, ulong*, long*, ulong, uint, void> _follow;

    public NativeWake(string path)
    {
        Path = path;
        nint library = NativeLibrary.Load(path);
        _lead = (delegate* unmanaged<uint*, ulong*, long*, ulong, long, void>)NativeLibrary.GetExport(library, "wake_lead");
        _follow = (delegate* unmanaged<uint*, ulong*, long*, ulong, uint, void>)NativeLibrary.GetExport(library, "wake_follow");
    }

    public string Path { get; }

    public static NativeWake Build()
    {
        using Stream resource = typeof(NativeWake).Assembly.GetManifestResourceStream("wake.c")!;
        byte[] source = new byte[resource.Length];
        resource.ReadExactly(source);
        string path = System.IO.Path.Combine(AppContext.BaseDirectory, $"wake-{Convert.ToHexString(SHA256.HashData(source))[..16]}.so");
        return File.Exists(path) || NativeYardstick.TryCompile("cc", Flags, source, path, out string failure)
            ? new NativeWake(path)
            : throw new IOException(failure);
    }

    public void Lead(WakeStage stage, long count, long restNanoseconds) =>
        _lead((uint*)stage.RawWord, (ulong*)stage.Ack, stage.Sent, (ulong)count, restNanoseconds);

    public void Follow(WakeStage stage, long count, uint value) =>
        _follow((uint*)stage.RawWord, (ulong*)stage.Ack, stage.Woken, (ulong)count, value);
}
