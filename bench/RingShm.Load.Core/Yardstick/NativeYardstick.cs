using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace RingShm.Load;

/// <summary>The functions of bench/native/yardstick.c, built on demand with the C compiler that is there.</summary>
internal sealed unsafe class NativeYardstick
{
    private static readonly string[] Compilers = ["cc", "gcc", "clang"];

    private readonly delegate* unmanaged<YardstickSide*, NativePool*, ulong, ulong, ulong, void> _produce;
    private readonly delegate* unmanaged<YardstickSide*, NativePool*, ulong, ulong, ulong, Receipt*, void> _consume;
    private readonly delegate* unmanaged<YardstickSide*, YardstickSide*, NativePool*, ulong, ulong, ulong, Receipt*, long*, ulong, void> _ask;
    private readonly delegate* unmanaged<YardstickSide*, YardstickSide*, NativePool*, ulong, ulong, ulong, Receipt*, void> _answer;

    private NativeYardstick(string path)
    {
        Path = path;
        nint library = NativeLibrary.Load(path);
        _produce = (delegate* unmanaged<YardstickSide*, NativePool*, ulong, ulong, ulong, void>)
            NativeLibrary.GetExport(library, "yardstick_produce");
        _consume = (delegate* unmanaged<YardstickSide*, NativePool*, ulong, ulong, ulong, Receipt*, void>)
            NativeLibrary.GetExport(library, "yardstick_consume");
        _ask = (delegate* unmanaged<YardstickSide*, YardstickSide*, NativePool*, ulong, ulong, ulong, Receipt*, long*, ulong, void>)
            NativeLibrary.GetExport(library, "yardstick_ask");
        _answer = (delegate* unmanaged<YardstickSide*, YardstickSide*, NativePool*, ulong, ulong, ulong, Receipt*, void>)
            NativeLibrary.GetExport(library, "yardstick_answer");
    }

    public string Path { get; }

    public static NativeYardstick Load(string path) => new(path);

    /// <summary>Compiles the source that this program carries, or returns null and says why it could not.</summary>
    public static NativeYardstick? TryBuild(out string how)
    {
        using Stream resource = typeof(NativeYardstick).Assembly.GetManifestResourceStream("yardstick.c")!;
        byte[] source = new byte[resource.Length];
        resource.ReadExactly(source);
        string flags = "-O2 -std=gnu11 -shared" + (OperatingSystem.IsWindows() ? "" : " -fPIC");
        string hash = Convert.ToHexString(SHA256.HashData([.. source, .. System.Text.Encoding.UTF8.GetBytes(flags)]))[..16];
        // Beside this program, where only its owner can put a library; elsewhere, somebody else might have.
        string path = System.IO.Path.Combine(
            AppContext.BaseDirectory, $"yardstick-{hash}{(OperatingSystem.IsWindows() ? ".dll" : ".so")}");
        string failure = "no C compiler (cc, gcc or clang) was found";
        foreach (string compiler in Compilers)
        {
            try
            {
                if (File.Exists(path) || TryCompile(compiler, flags, source, path, out failure))
                {
                    how = string.Create(CultureInfo.InvariantCulture, $"C, {compiler} {flags}");
                    return new NativeYardstick(path);
                }
            }
            catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                if (e is not Win32Exception)
                    failure = e.Message;
            }
        }

        how = $"C# twin, because {failure}";
        return null;
    }

    public void Produce(YardstickSide* side, Payload payload, in Burst burst) =>
        _produce(side, payload.Native, (ulong)payload.MessageBytes, (ulong)burst.First, (ulong)burst.Count);

    public Receipt Consume(YardstickSide* side, Payload payload, in Burst burst)
    {
        Receipt receipt;
        _consume(side, payload.Native, (ulong)payload.MessageBytes, (ulong)burst.First, (ulong)burst.Count, &receipt);
        return receipt;
    }

    public Receipt Ask(YardstickSide* to, YardstickSide* from, Payload payload, in Burst burst, long[] stamps)
    {
        Receipt receipt;
        int perStamp = Clock.RoundTripsPerStamp;
        fixed (long* firstStamp = stamps)
        {
            _ask(to, from, payload.Native, (ulong)payload.MessageBytes, (ulong)burst.First, (ulong)(burst.Count / perStamp),
                &receipt, firstStamp, (ulong)perStamp);
        }

        return receipt;
    }

    public Receipt Answer(YardstickSide* from, YardstickSide* to, Payload payload, in Burst burst)
    {
        Receipt receipt;
        _answer(from, to, payload.Native, (ulong)payload.MessageBytes, (ulong)burst.First, (ulong)burst.Count, &receipt);
        return receipt;
    }

    internal static bool TryCompile(string compiler, string flags, byte[] source, string path, out string failure, string language = "c")
    {
        string unfinished = path + "." + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new(compiler, $"{flags} -x {language} - -o \"{unfinished}\"")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(source);
        process.StandardInput.Close();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        failure = $"{compiler} failed: {errors.Trim()}";
        if (process.ExitCode != 0)
            return false;
        File.Move(unfinished, path, overwrite: true);
        return true;
    }
}
