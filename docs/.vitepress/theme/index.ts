// The default theme without its web fonts, in our own colours.
import DefaultTheme from 'vitepress/theme-without-fonts'
import './colours.css'

export default DefaultTheme
