import test from 'ava';
import { shown, thrown } from '../../support/expressions.ts';

function formats(title: string, rows: readonly (readonly [source: string, result: string])[]): void {
  test(title, (t) => {
    for (const [source, result] of rows) t.is(shown(source), `String ${result}`, source);
  });
}

formats('numbers print as .NET prints them', [
  ['1e15.ToString()', '1E+15'],
  ['123456789012345.0.ToString()', '123456789012345'],
  ['1234567890123456.0.ToString()', '1234567890123456'],
  ['12345678901234567890.0.ToString()', '1.2345678901234567E+19'],
  ['0.0001.ToString()', '0.0001'],
  ['0.00001.ToString()', '1E-05'],
  ['(-0.0).ToString()', '-0'],
  ['(1.0f / 3).ToString()', '0.33333334'],
  ['double.NaN.ToString()', 'NaN'],
  ['double.MaxValue.ToString()', '1.7976931348623157E+308'],
  ['true.ToString()', 'True'],
]);

formats('standard numeric formats', [
  ['42.ToString("D5")', '00042'],
  ['(-42).ToString("D5")', '-00042'],
  ['255.ToString("x")', 'ff'],
  ['255.ToString("X4")', '00FF'],
  ['(-1).ToString("X")', 'FFFFFFFF'],
  ['1234567.891.ToString("N2")', '1,234,567.89'],
  ['1234567.ToString("N0")', '1,234,567'],
  ['2.5.ToString("F0")', '3'],
  ['(-2.5).ToString("F0")', '-3'],
  ['2.675.ToString("F2")', '2.67'],
  ['0.5.ToString("P1")', '50.0 %'],
  ['1234.5678.ToString("E2")', '1.23E+003'],
  ['1234.5678.ToString("G3")', '1.23E+03'],
  ['0.00012.ToString("G2")', '0.00012'],
  ['1.0.ToString("F3")', '1.000'],
]);

formats('custom numeric formats', [
  ['7.ToString("000")', '007'],
  ['1234567.ToString("#,##0")', '1,234,567'],
  ['12.ToString("#,##0")', '12'],
  ['0.ToString("#")', ''],
  ['3.14159.ToString("0.00")', '3.14'],
  ['3.1.ToString("0.##")', '3.1'],
  ['0.125.ToString("0.#%")', '12.5%'],
  ['(-5).ToString("0;(0);zero")', '(5)'],
  ['0.ToString("0;(0);zero")', 'zero'],
  ['1234.ToString("0,.0k")', '1.2k'],
  ['1234.ToString("0.0,k")', '1234.0k'],
  [`5.ToString("'n='0")`, 'n=5'],
]);

formats('dates by standard and custom formats', [
  ['new DateTime(2024, 2, 9, 7, 5, 3).ToString()', '02/09/2024 07:05:03'],
  ['new DateTime(2024, 2, 9).ToString("d")', '02/09/2024'],
  ['new DateTime(2024, 2, 9, 15, 5, 3).ToString("D")', 'Friday, 09 February 2024'],
  ['new DateTime(2024, 2, 9, 15, 5, 3, DateTimeKind.Utc).ToString("o")', '2024-02-09T15:05:03.0000000Z'],
  ['new DateTime(2024, 2, 9, 15, 5, 3).ToString("s")', '2024-02-09T15:05:03'],
  ['new DateTime(2024, 2, 9, 15, 5, 3).ToString("R")', 'Fri, 09 Feb 2024 15:05:03 GMT'],
  ['new DateTime(2024, 2, 9, 15, 5, 3).ToString("u")', '2024-02-09 15:05:03Z'],
  ['new DateTime(2024, 2, 9, 15, 5, 3, 120).ToString("yyyy-MM-ddTHH:mm:ss.fffZ")', '2024-02-09T15:05:03.120Z'],
  ['new DateTime(2024, 2, 9, 15, 5, 3, 120).ToString("h:mm tt, ddd d MMM yy .FFF")', '3:05 PM, Fri 9 Feb 24 .12'],
  [`new DateTime(2024, 2, 9).ToString("'day' dd")`, 'day 09'],
  ['TimeSpan.FromSeconds(3661.5).ToString()', '01:01:01.5000000'],
  ['new TimeSpan(2, 3, 4, 5).ToString()', '2.03:04:05'],
  ['TimeSpan.FromMinutes(-90).ToString()', '-01:30:00'],
  [String.raw`new TimeSpan(1, 2, 3, 4).ToString(@"hh\:mm")`, '02:03'],
]);

formats('composite formats and interpolation', [
  ['string.Format("{0}-{1:D3}-{0,4}|{0,-4}|", "a", 7)', 'a-007-   a|a   |'],
  ['string.Format("{{{0}}}", 1)', '{1}'],
  ['string.Format("{0:yyyy}", new DateTime(2024, 1, 1))', '2024'],
  ['string.Format("{0}", (object)null)', ''],
  ['$"{1 + 1,4:F1}|{"x"}|{{}}|{true}"', ' 2.0|x|{}|True'],
  ['$"{(true ? "y" : "n")}"', 'y'],
  ['$@"a\\b""{1}"', 'a\\b"1'],
  ['$"{null}"', ''],
]);

test('a format that does not fit throws', (t) => {
  t.is(thrown('@(string.Format("{1}", 1))').split(':')[0], 'FormatException');
  t.is(thrown('@(string.Format("{0", 1))'), 'FormatException: Input string was not in a correct format.');
  t.is(thrown('@(1.5.ToString("D"))'), 'FormatException: Format specifier was invalid.');
});
