using System.Globalization;
using System.Text;

namespace RingShm.Tests.Layout;

/// <summary>A region's bytes as a text that travels in the test executable.</summary>
internal static class GoldenFile
{
    /// <summary>Names a folder to write the regions' bytes to, in the golden files' form, before they are compared.</summary>
    private const string OutputVariable = "RINGSHM_GOLDEN_OUTPUT";

    public static byte[] Read(string name, int lengthBytes)
    {
        byte[] bytes = new byte[lengthBytes];
        foreach (string line in Embedded.Lines(name).Where(line => line.Length > 0 && line[0] != '#'))
        {
            int offset = int.Parse(line.AsSpan(0, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            Convert.FromHexString(line[5..].Replace(" ", "", StringComparison.Ordinal)).CopyTo(bytes, offset);
        }

        return bytes;
    }

    public static void AssertSame(string name, ReadOnlySpan<byte> made)
    {
        if (Environment.GetEnvironmentVariable(OutputVariable) is { Length: > 0 } folder)
            File.WriteAllText(Path.Combine(folder, name), ToHex(made));
        byte[] golden = Read(name, made.Length);
        int same = made.CommonPrefixLength(golden);
        Assert.True(same == golden.Length,
            $"offset 0x{same:X4}: golden 0x{golden[Math.Min(same, golden.Length - 1)]:X2}, made 0x{made[Math.Min(same, golden.Length - 1)]:X2}");
    }

    private static string ToHex(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# A region of 0x{bytes.Length:X4} bytes; lines of 16 zeros are left out. Made by the golden region tests, explained by docs/FORMAT.md.\n");
        for (int offset = 0; offset < bytes.Length; offset += 16)
        {
            ReadOnlySpan<byte> line = bytes.Slice(offset, 16);
            if (line.ContainsAnyExcept((byte)0))
                text.Append(CultureInfo.InvariantCulture, $"{offset:X4} {string.Join(' ', line.ToArray().Select(b => b.ToString("X2", CultureInfo.InvariantCulture)))}\n");
        }

        return text.ToString();
    }
}
